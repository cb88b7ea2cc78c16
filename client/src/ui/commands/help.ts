/** The help over the page: every key, and what the pointer does. */

import { el, iconButton } from "../parts/dom";
import { BINDINGS, type Group, MORE_HELP, shownKey } from "./bindings";

const GROUPS: readonly (Group | "Playing")[] = ["Time", "Camera", "Agents", "Overlays", "Page", "Playing"];
const POINTER: readonly (readonly [string, string])[] = [
  ["Drag", "Move over the ground"],
  ["Right drag, two fingers", "Turn and tilt"],
  ["Wheel, pinch", "Nearer, farther"],
  ["Click", "Select an agent, or let go of it"],
  ["Double click", "Follow the agent, or go there"],
  ["Click the map", "Go there"],
];

export function createHelp(): { element: HTMLDialogElement; toggle(): void } {
  const close = iconButton("close", "Close the help", () => dialog.close(), "Esc");
  const dialog = el(
    "dialog",
    { id: "help", class: "help", "aria-labelledby": "help-title" },
    el("header", { class: "panel-head" }, el("h2", { id: "help-title" }, "Keys and pointer"), close),
    el("div", { class: "help-groups" }, pointerGroup(), ...GROUPS.map(keyGroup)),
  );
  const toggle = () => {
    if (dialog.open) dialog.close();
    else dialog.showModal();
  };
  dialog.addEventListener("keydown", ({ key }) => {
    if (key === "?" || key === "h") dialog.close();
  });
  dialog.addEventListener("click", ({ target }) => {
    if (target === dialog) dialog.close(); // beside the page of help
  });
  return { element: dialog, toggle };
}

function keyGroup(group: Group | "Playing"): HTMLElement {
  const lines = [
    ...BINDINGS.filter((b) => b.group === group).map((b) => ({ does: b.does, keys: b.keys.map(shownKey) })),
    ...MORE_HELP.filter((line) => line.group === group),
  ];
  return helpGroup(
    group,
    lines.map(({ keys, does }) => [keys.map((key) => el("kbd", {}, key)), does]),
  );
}

function pointerGroup(): HTMLElement {
  return helpGroup(
    "Pointer",
    POINTER.map(([what, does]) => [[el("span", { class: "gesture" }, what)], does]),
  );
}

function helpGroup(title: string, lines: [Node[], string][]): HTMLElement {
  const list = el("dl", {}, ...lines.flatMap(([keys, does]) => [el("dt", {}, ...keys), el("dd", {}, does)]));
  return el("section", { class: "help-group" }, el("h3", {}, title), list);
}
