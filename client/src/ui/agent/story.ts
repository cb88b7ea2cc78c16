/** The life of an agent so far: where it went, what it did, what was done to it. */

import { agentName } from "../../names";
import type { Deed, Doings, LifeReport } from "../../society";
import { el, setText } from "../parts/dom";
import { a, count, whole } from "../parts/format";
import { goodName } from "../parts/goods";
import { thing } from "./owned";

const SHOWN = 12;

/** The sum of what happened so, by what it was about: of each how often, and what came of it altogether. */
export function sums(
  counts: readonly Doings[],
  event: string,
  did: boolean,
): { of: string; times: number; value: number }[] {
  return counts
    .filter((one) => one.event === event && one.did === did)
    .map(({ of, count: times, value }) => ({ of: String(of), times, value }));
}

interface Total {
  times: number;
  value: number;
}

function total(counts: readonly Doings[], event: string, did: boolean): Total {
  return sums(counts, event, did).reduce(
    (sum, one) => ({ times: sum.times + one.times, value: sum.value + one.value }),
    {
      times: 0,
      value: 0,
    },
  );
}

/** What a life came to, in a few lines: a title, words, and pictures of things with their numbers. */
export interface Chapter {
  title: string;
  words: string;
  things: { kind: string; amount: number; note: string }[];
}

/** The chapters of a life that have anything in them. */
export function chapters({ counts, kills, slain }: Pick<LifeReport, "counts" | "kills" | "slain">): Chapter[] {
  const of = (event: string, did = true) => total(counts, event, did);
  const things = (event: string, did: boolean, by: "times" | "value", note: (value: number) => string = () => "") =>
    sums(counts, event, did).map((one) => ({ kind: one.of, amount: one[by], note: note(one.value) }));
  const [struck, suffered] = [of("attack"), of("attack", false)];
  const [sold, bought] = [of("trade"), of("trade", false)];
  const spoiled = of("spoil").times;
  const harvested = of("harvest").times;
  const fights = [
    struck.times > 0 && `struck ${count(struck.times, "time")} for ${whole(struck.value)} health`,
    suffered.times > 0 && `was struck ${count(suffered.times, "time")} for ${whole(suffered.value)}`,
    kills > 0 && `killed ${count(kills, "agent")}`,
    slain > 0 && `slew ${count(slain, "creature")}`,
  ];
  const trades = [
    sold.times > 0 && `${whole(sold.times)} for ${whole(sold.value)} gold`,
    bought.times > 0 && `${whole(bought.times)} for ${whole(bought.value)} gold`,
  ];
  const paid = (value: number) => `, ${whole(value)} gold altogether`;
  const told: Chapter[] = [
    {
      title: "Meals",
      words: harvested > 0 ? `${count(harvested, "meal")} from the forest` : "",
      things: things("eat", true, "times"),
    },
    { title: "Work", words: spoiled > 0 ? `spoiled ${whole(spoiled)}` : "", things: things("make", true, "value") },
    { title: "Sold", words: sentence(trades.slice(0, 1)), things: things("trade", true, "times", paid) },
    { title: "Bought", words: sentence(trades.slice(1)), things: things("trade", false, "times", paid) },
    { title: "Fights", words: sentence(fights), things: things("take", true, "value") },
  ];
  return told.filter((chapter) => chapter.words !== "" || chapter.things.length > 0);
}

function sentence(parts: readonly (string | false)[]): string {
  return parts.filter((part) => part !== false).join(", ");
}

/** Deeds without those that say nothing more: what work used up, and offers that somebody took at once. */
export function telling(deeds: readonly Deed[]): Deed[] {
  const traded = (deed: Deed) =>
    deeds.some((one) => one.event === "trade" && one.tick === deed.tick && one.of === deed.of);
  return deeds.filter((deed) => deed.event !== "use" && !(["sell", "buy"].includes(deed.event) && traded(deed)));
}

/** Who the other of a deed is, in words; agents are links. */
export type Word = string | { id: number };

function who(id: number, kind: string | null): Word {
  return id < 0 ? a(kind ?? "creature") : { id };
}

/** One thing that happened, in words. */
export function words({ event, did, of, value, other, creature }: Deed): Word[] {
  const what = goodName(String(of));
  const whom = who(other, creature);
  const gold = `${whole(value)} gold`;
  switch (`${event} ${did ? "did" : "had"}`) {
    case "birth did":
      return ["entered the world"];
    case "death did":
      return of === "attack" ? ["died in a fight"] : [`died: ${what}`];
    case "attack did":
      return value > 0 ? ["struck ", whom, ` for ${whole(value)}`] : ["missed ", whom];
    case "attack had":
      return value > 0 ? ["was struck by ", whom, ` for ${whole(value)}`] : ["was missed by ", whom];
    case "slay did":
      return [`slew ${a(what)}`];
    case "harvest did":
      return ["ate from the forest"];
    case "make did":
      return [value > 1 ? `made ${whole(value)} ${what}` : `made ${what}`];
    case "use did":
      return [`used ${what}${value > 1 ? ` (${whole(value)})` : ""}`];
    case "spoil did":
      return [`spoiled ${what}`];
    case "eat did":
      return [`ate ${what}`];
    case "sell did":
      return [`offered ${what} for ${gold}`];
    case "buy did":
      return [`bid ${gold} for ${what}`];
    case "trade did":
      return [`sold ${what} to `, whom, ` for ${gold}`];
    case "trade had":
      return [`bought ${what} from `, whom, ` for ${gold}`];
    case "close did":
      return [`an order of ${what} closed`];
    case "take did":
      return [`took ${whole(value)} ${what} from `, whom];
    case "take had":
      return ["lost ", `${whole(value)} ${what} to `, whom];
    case "lose did":
      return [`lost ${whole(value)} ${what}`];
    case "level_up did":
      return [`reached level ${whole(value)} of ${what}`];
    case "bear did":
      return ["bore ", whom];
    case "bear had":
      return ["was born to ", whom];
    default:
      return [event.replaceAll("_", " ")];
  }
}

export function createStory(choose: (id: number) => void): { element: HTMLElement; show(life: LifeReport): void } {
  const since = el("p", { class: "faint" });
  const list = el("div", { class: "chapters" });
  const killer = el("p", { class: "killer" });
  const deeds = el("ol", { class: "deeds", "aria-label": "What happened last, the newest first" });
  let shown = "";
  return {
    element: el("div", { class: "story" }, killer, list, deeds, since),
    show(life) {
      const key = JSON.stringify([life.counts, life.deeds.at(-1), life.killer, life.id]);
      if (key === shown) return;
      shown = key;
      setText(since, life.since > life.born ? `The server has watched it since tick ${whole(life.since)}.` : "");
      since.hidden = life.since <= life.born;
      killer.hidden = life.killer === null;
      if (life.killer !== null) killer.replaceChildren("Killed by ", word(who(life.killer, life.killer_kind), choose));
      list.replaceChildren(...chapters(life).map(chapterOf));
      const newest = telling(life.deeds).slice(-SHOWN).reverse();
      deeds.replaceChildren(
        ...newest.map((deed) =>
          el(
            "li",
            { class: "deed", "data-event": deed.event },
            el("p", {}, ...words(deed).map((part) => word(part, choose))),
            el("span", { class: "number faint", title: `tick ${whole(deed.tick)}` }, whole(deed.tick)),
          ),
        ),
      );
    },
  };
}

function chapterOf({ title, words, things }: Chapter): HTMLElement {
  const list = things.map(({ kind, amount, note }) => thing(kind, amount, note));
  return el(
    "div",
    { class: "chapter", "data-chapter": title.toLowerCase() },
    el("h4", {}, title),
    words ? el("p", {}, words) : null,
    list.length > 0 ? el("ul", { class: "pack" }, ...list) : null,
  );
}

function word(part: Word, choose: (id: number) => void): HTMLElement | string {
  if (typeof part === "string") return part;
  const link = el("button", { type: "button", class: "link" }, agentName(part.id));
  link.addEventListener("click", () => choose(part.id));
  return link;
}
