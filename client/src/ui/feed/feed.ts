/** The panel of events: births, deaths and, where asked for, attacks. */

import type { App } from "../../app";
import { populationName } from "../../names";
import type { Desk } from "../page/desk";
import { el, emblem, setAttributes, setText } from "../parts/dom";
import { whole } from "../parts/format";
import { paced } from "../parts/schedule";
import { type Happening, type Kind, Log, type Lookup, sentence, tellEvents, tellFrame, type Who } from "./happenings";

const KEPT = 400;
const SHOWN = 80;
/** More new lines than this at once are not read out one by one. */
const READ_OUT = 4;
const END = "Earlier events are not listed";
const KINDS: readonly [Kind, string][] = [
  ["birth", "Births"],
  ["death", "Deaths"],
  ["attack", "Attacks"],
  ["deed", "Deeds"],
];

export function createFeed(app: App, desk: Desk): HTMLElement {
  const { store, world } = app;
  const log = new Log(KEPT);
  const wanted = new Set<Kind>(["birth", "death", "gap"]);
  const list = el("ol", { class: "feed", "aria-label": "Events, the newest first" });
  const reader = createReader();
  let reading = false;

  const show = () => {
    if (reading || !desk.isOpen("feed")) return;
    const entries = log.entries.filter(({ kind }) => wanted.has(kind)).slice(-SHOWN);
    reader.read(entries, (id) => world.nameOf(id));
    const shown = fill(list, entries.reverse(), (entry) => entryLine(entry, app));
    if (shown && (log.more || entries.length === SHOWN))
      list.append(el("li", { class: "entry", "data-kind": "gap" }, END));
  };
  const refresh = paced(show, 250);
  /** The tick before which the server is asked what happened; null once it has told. */
  let asked: number | null = null;
  store.watch(
    (state) => state.past,
    (past) => {
      if (!past || past.tick + 1 !== asked) return;
      asked = null;
      world.learn(past);
      log.fill(tellEvents(past, past.tick, lookup(app), world.declared.causes), past.more);
      refresh();
    },
  );
  world.onFrame((frame) => {
    const where = lookup(app);
    const { causes, deeds } = world.declared;
    if (frame.key) {
      asked = frame.tick;
      log.clear();
    }
    const missed = world.missed.flatMap((events) => tellEvents(events, frame.tick, where, causes));
    const told = [...missed, ...tellFrame(frame, where, causes, deeds)];
    log.add(
      frame.tick,
      told.filter(({ place }) => !place || app.sight.sees(place[0], place[1])),
    );
    refresh();
  });
  store.watch(
    (state) => state.welcome?.session,
    () => {
      log.clear();
      refresh();
    },
  );
  // What one is about to click stays where it is.
  list.addEventListener("pointerenter", () => {
    reading = true;
  });
  list.addEventListener("pointerleave", () => {
    reading = false;
    refresh();
  });
  const filters = el("div", { class: "segments wide", role: "group", "aria-label": "Events shown" });
  for (const [kind, label] of KINDS) {
    const button = el("button", { type: "button", "aria-pressed": String(wanted.has(kind)) }, label);
    button.addEventListener("click", () => {
      if (!wanted.delete(kind)) wanted.add(kind);
      setAttributes(button, { "aria-pressed": String(wanted.has(kind)) });
      reading = false;
      show();
    });
    if (kind === "deed") {
      button.hidden = true;
      world.onFrame(() => {
        button.hidden = world.declared.deeds.length === 0;
      });
    }
    filters.append(button);
  }
  return desk.panel({ name: "feed", title: "Events", body: [filters, list, reader.element], opened: show });
}

/** The same for screen readers, in sentences, the newest last; where too much happens at once, it says how much. */
function createReader(): {
  element: HTMLElement;
  read(entries: readonly Happening[], name: (id: number) => string): void;
} {
  const element = el("div", { class: "unseen", role: "log", "aria-label": "Events as they happen" });
  let read = -1;
  return {
    element,
    read(entries, name) {
      const fresh = entries.filter(({ sequence }) => sequence > read);
      read = entries.at(-1)?.sequence ?? read;
      if (fresh.length === 0) return;
      const lines = fresh.map((entry) => `Tick ${whole(entry.tick)}: ${sentence(entry, name)}.`);
      const text =
        lines.length > READ_OUT
          ? [`${whole(lines.length)} events up to tick ${whole(fresh.at(-1)?.tick ?? 0)}.`]
          : lines;
      element.append(...text.map((line) => el("p", {}, line)));
      while (element.childElementCount > SHOWN) element.firstChild?.remove();
    },
  };
}

/** Where agents are, or were in the frame before: who attacks may be dead by the end of the tick. */
function lookup({ world }: App): Lookup {
  return (id) => {
    const creature = world.creature(id);
    if (creature) return { population: null, row: creature.row, col: creature.col };
    const row = world.rowOf(id);
    if (row >= 0 && world.frame) return placeIn(world.frame.agents, row);
    const before = world.previous ? world.previous.agents.id.indexOf(id) : -1;
    return before >= 0 && world.previous ? placeIn(world.previous.agents, before) : null;
  };
}

function placeIn(agents: { population: Uint8Array; row: Uint16Array; col: Uint16Array }, row: number) {
  return { population: agents.population[row], row: agents.row[row], col: agents.col[row] };
}

/** Makes the children of a list those of `entries`; lines that are there already are kept. Says whether any differs. */
function fill(list: HTMLElement, entries: readonly Happening[], make: (entry: Happening) => HTMLElement): boolean {
  const there = new Map([...list.children].map((child) => [(child as HTMLElement).dataset.sequence, child]));
  const children = entries.map((entry) => there.get(String(entry.sequence)) ?? make(entry));
  const told = [...list.children].filter((child) => (child as HTMLElement).dataset.sequence !== undefined);
  if (children.length === told.length && children.every((child, i) => child === told[i])) return false;
  list.replaceChildren(...children);
  return true;
}

function entryLine(entry: Happening, app: App): HTMLElement {
  const { kind, tick, parts, place, sequence } = entry;
  const words = parts.map((part) => (typeof part === "string" ? el("span", {}, part) : chip(part, place, app)));
  const when = el("span", { class: "number faint", title: `tick ${whole(tick)}` });
  setText(when, whole(tick));
  return el("li", { class: "entry", "data-sequence": sequence, "data-kind": kind }, el("p", {}, ...words), when);
}

/** An agent: its emblem in the colour of its population, and its name. A click goes to where it was told of. */
function chip({ id, population }: Who, place: Happening["place"], { store, actions, world, scene }: App): HTMLElement {
  const button = el(
    "button",
    { type: "button", class: "chip" },
    population === null ? null : emblem(population),
    world.nameOf(id),
  );
  if (population !== null) button.title = populationName(store.get().welcome?.source, population);
  button.addEventListener("click", () => {
    const alive = world.agent(id);
    if (alive) actions.select(id);
    const at = alive ? ([alive.row, alive.col] as const) : place;
    if (at) scene.focus(at[0], at[1]);
  });
  return button;
}
