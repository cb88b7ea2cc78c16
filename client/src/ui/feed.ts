/** The panel of events: births, deaths and, where asked for, attacks. */

import type { App } from "../app";
import type { Desk } from "./desk";
import { el, emblem, setAttributes } from "./dom";
import { whole } from "./format";
import { type Happening, type Kind, Log, type Lookup, tellFrame } from "./happenings";
import { paced } from "./schedule";

const KEPT = 400;
const SHOWN = 80;
const KINDS: readonly [Kind, string][] = [
  ["birth", "Births"],
  ["death", "Deaths"],
  ["attack", "Attacks"],
];

export function createFeed(app: App, desk: Desk): HTMLElement {
  const { store, world } = app;
  const log = new Log(KEPT);
  const wanted = new Set<Kind>(["birth", "death"]);
  const list = el("ol", { class: "feed", "aria-label": "Events, the newest first" });
  let reading = false;

  const show = () => {
    if (reading || !desk.isOpen("feed")) return;
    const entries = log.entries
      .filter(({ kind }) => wanted.has(kind))
      .slice(-SHOWN)
      .reverse();
    fill(list, entries, (entry) => entryLine(entry, app));
  };
  const refresh = paced(show, 250);
  world.onFrame((frame) => {
    log.add(frame.tick, tellFrame(frame, lookup(app)));
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
    filters.append(button);
  }
  return desk.panel({ name: "feed", title: "Events", body: [filters, list], opened: show });
}

/** Where agents are, or were in the frame before: who attacks may be dead by the end of the tick. */
function lookup({ world }: App): Lookup {
  return (id) => {
    const row = world.rowOf(id);
    if (row >= 0 && world.frame) return placeIn(world.frame.agents, row);
    const before = world.previous ? world.previous.agents.id.indexOf(id) : -1;
    return before >= 0 && world.previous ? placeIn(world.previous.agents, before) : null;
  };
}

function placeIn(agents: { population: Uint8Array; row: Uint16Array; col: Uint16Array }, row: number) {
  return { population: agents.population[row], row: agents.row[row], col: agents.col[row] };
}

/** Makes the children of a list those of `entries`; lines that are there already are kept. */
function fill(list: HTMLElement, entries: readonly Happening[], make: (entry: Happening) => HTMLElement): void {
  const there = new Map([...list.children].map((child) => [(child as HTMLElement).dataset.sequence, child]));
  const children = entries.map((entry) => there.get(String(entry.sequence)) ?? make(entry));
  if (children.length === list.children.length && children.every((child, i) => child === list.children[i])) return;
  list.replaceChildren(...children);
}

function entryLine(entry: Happening, { actions, world, scene }: App): HTMLElement {
  const { agent, population, place, kind, tick, text } = entry;
  const button = el(
    "button",
    { type: "button", class: "entry", disabled: place === null },
    population === null ? el("span") : emblem(population),
    el("span", { class: "entry-text" }, text),
    el("span", { class: "number faint" }, whole(tick)),
  );
  button.addEventListener("click", () => {
    if (place) scene.focus(place[0], place[1]);
    if (world.rowOf(agent) >= 0) actions.select(agent);
  });
  return el("li", { "data-sequence": entry.sequence, "data-kind": kind }, button);
}
