/** The hall of fame: who stands out among the living, and those who have died since the server began to watch. */

import type { App } from "../../app";
import { agentName } from "../../names";
import type { FameBoard, FamePlace } from "../../society";
import type { Commands } from "../commands/commands";
import type { Desk } from "../page/desk";
import { el, emblem, iconButton, setAttributes, setText } from "../parts/dom";
import { capital, count, whole } from "../parts/format";

const TITLES: Record<string, string> = {
  oldest: "Oldest",
  richest: "Richest",
  children: "Children",
  kills: "Kills",
  levels: "Levels",
};

/** What a place of a board is for, in words. */
export function meritOf({ name, unit }: Pick<FameBoard, "name" | "unit">, place: FamePlace): string {
  const value = Math.round(place.value);
  if (name === "children") return count(value, "child", "children");
  if (name === "levels" && place.skill !== null) return `${whole(value)}, ${place.skill} ${place.level}`;
  return /s$/.test(unit) ? count(value, unit.slice(0, -1)) : `${whole(value)} ${unit}`;
}

export function createFame({ store, actions }: App, desk: Desk, commands: Commands): HTMLElement {
  const boards = el("div", { class: "segments wide", role: "group", "aria-label": "What they stand out by" });
  const list = el("ol", { class: "fame" });
  const note = el("p", { class: "faint", id: "fame-note" });
  let chosen = "oldest";
  let shown = "";

  const show = () => {
    const { fame: report } = store.get();
    if (!desk.isOpen("fame")) return;
    const board = report?.boards.find(({ name }) => name === chosen) ?? report?.boards[0];
    showBoards(report?.boards ?? [], board);
    const since = report?.since ?? null;
    setText(note, since === null ? "Asking …" : `The living, and who has died since tick ${whole(since)}.`);
    const key = JSON.stringify(board ?? null);
    if (key === shown) return;
    shown = key;
    list.replaceChildren(...(board?.rows ?? []).map((place) => line(board as FameBoard, place)));
    setAttributes(list, { "aria-label": board ? (TITLES[board.name] ?? board.name) : null });
  };
  const showBoards = (told: readonly FameBoard[], board: FameBoard | undefined) => {
    const names = told.map(({ name }) => name);
    if (names.join() !== boards.dataset.shown) {
      boards.dataset.shown = names.join();
      boards.replaceChildren(...names.map(button));
    }
    for (const one of boards.children as HTMLCollectionOf<HTMLElement>)
      setAttributes(one, { "aria-pressed": String(one.dataset.board === board?.name) });
  };
  const button = (name: string) => {
    const made = el("button", { type: "button", "data-board": name }, TITLES[name] ?? capital(name));
    made.addEventListener("click", () => {
      chosen = name;
      show();
    });
    return made;
  };
  const line = (board: FameBoard, place: FamePlace) => {
    const link = el("button", { type: "button", class: "chip" }, emblem(place.population), agentName(place.id));
    link.addEventListener("click", () => actions.select(place.id));
    const end = place.died === null ? null : el("span", { class: "faint" }, `died at ${whole(place.died)}`);
    return el(
      "li",
      { class: `fame-line ${place.died === null ? "" : "ended"}`, "data-id": place.id },
      link,
      end ?? el("span", {}),
      el("span", { class: "number" }, meritOf(board, place)),
    );
  };

  const ask = () => actions.askFame(desk.isOpen("fame"));
  const link = iconButton("link", "Copy a link to the hall of fame", () => void commands.copyLink("fame"));
  const panel = desk.panel({
    name: "fame",
    title: "Hall of fame",
    tools: [link],
    body: [boards, list, note],
    opened: () => show(),
  });
  store.watch(
    (state) => state.welcome,
    (welcome) => {
      panel.hidden = !welcome?.abilities.fame;
      queueMicrotask(ask);
    },
  );
  desk.state.watch(() => desk.isOpen("fame"), ask);
  store.watch((state) => state.fame, show);
  desk.comeTo("fame", (seen) => store.watch((state) => state.fame !== null, seen));
  return panel;
}
