/** The buttons that open popovers, show the column of panels, and present. */

import type { App } from "../../app";
import { DIRECT, keyOf } from "../commands/bindings";
import type { Commands } from "../commands/commands";
import { el, iconButton, nameButton, setAttributes } from "../parts/dom";
import type { IconName } from "../parts/icons";
import type { Desk } from "./desk";
import { PRESENT } from "./presenting";

export function createDock({ store }: App, desk: Desk, commands: Commands): HTMLElement {
  const play = opener("hand", "Play", "join-popover");
  store.watch(
    (state) => state.welcome?.abilities.play,
    (able) => {
      play.hidden = !able;
    },
  );
  const home = iconButton("home", "See the whole map again", commands.resetCamera, "R");
  const director = iconButton("film", DIRECT, commands.toggleDirector, keyOf(DIRECT));
  director.id = "director";
  store.watch(
    (state) => state.camera === "director",
    (on) => setAttributes(director, { "aria-pressed": String(on) }),
  );
  const help = iconButton("help", "Help", commands.help, "?");
  const present = iconButton("present", "Present", commands.togglePresenting, keyOf(PRESENT));
  home.id = "reset-camera";
  help.id = "open-help";
  present.id = "present";
  const buttons = [home, director, play, present, opener("gear", "Settings", "settings"), help, columnButton(desk)];
  return el("nav", { class: "dock", "aria-label": "Page" }, ...buttons);
}

function columnButton(desk: Desk): HTMLButtonElement {
  const button = iconButton("column", "Panels", () => desk.show(!desk.state.get().shown));
  setAttributes(button, { id: "toggle-column", "aria-controls": "column" });
  desk.state.watch(
    ({ shown }) => shown,
    (shown) => {
      nameButton(button, shown ? "Hide the panels" : "Show the panels", keyOf("Show or hide the panels"));
      setAttributes(button, { "aria-expanded": String(shown) });
    },
  );
  return button;
}

/** A button that opens the popover of that id. */
function opener(symbol: IconName, label: string, id: string): HTMLButtonElement {
  const button = iconButton(symbol, label, () => {});
  setAttributes(button, { popovertarget: id, id: `open-${id}` });
  return button;
}
