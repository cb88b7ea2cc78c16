/** The buttons that open panels and popovers. */

import type { App } from "../app";
import type { Commands } from "./commands";
import type { Desk, PanelName } from "./desk";
import { el, iconButton, setAttributes } from "./dom";
import type { IconName } from "./icons";

const PANELS: readonly [PanelName, IconName, string, string][] = [
  ["populations", "chart", "Populations", "G"],
  ["overlay", "layers", "Overlays", "V"],
  ["map", "map", "Map", "M"],
  ["feed", "feed", "Events", "B"],
];

export function createDock({ store }: App, desk: Desk, commands: Commands): HTMLElement {
  const toggles = PANELS.map(([name, symbol, label, key]) => {
    const button = iconButton(symbol, label, () => desk.toggle(name), key);
    setAttributes(button, { id: `toggle-${name}`, "aria-controls": `panel-${name}` });
    desk.state.watch(
      ({ open }) => open.includes(name),
      (open) => setAttributes(button, { "aria-expanded": String(open) }),
    );
    return button;
  });
  const play = opener("hand", "Play", "join-popover");
  store.watch(
    (state) => state.welcome?.abilities.play,
    (able) => {
      play.hidden = !able;
    },
  );
  const home = iconButton("home", "See the whole map again", commands.resetCamera, "R");
  const help = iconButton("help", "Help", commands.help, "?");
  home.id = "reset-camera";
  help.id = "open-help";
  const gap = el("span", { class: "gap" });
  const buttons = [...toggles, gap, home, play, opener("gear", "Settings", "settings"), help];
  return el("nav", { class: "dock", "aria-label": "Panels" }, ...buttons);
}

/** A button that opens the popover of that id. */
function opener(symbol: IconName, label: string, id: string): HTMLButtonElement {
  const button = iconButton(symbol, label, () => {});
  setAttributes(button, { popovertarget: id, id: `open-${id}` });
  return button;
}
