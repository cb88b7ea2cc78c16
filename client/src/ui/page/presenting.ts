/** Presenting: the world, its title and the chart, large enough for a projector. */

import type { App } from "../../app";
import { keyOf } from "../commands/bindings";
import { el, icon, iconButton, nameButton, setText } from "../parts/dom";
import { whole } from "../parts/format";
import { paced } from "../parts/schedule";
import type { Desk } from "./desk";

/** What the help calls it. */
export const PRESENT = "Present: the world, large";

/** What only a presentation shows; the populations are their own section, which style makes large. */
export function createPresenting({ store, world, url }: App, desk: Desk): HTMLElement {
  const title = el("h1", { class: "presented-title" });
  const time = el("p", { class: "presented-time" });
  const way = url.beside ? alone() : ending(desk);
  const element = el("header", { class: "presented" }, el("div", { class: "presented-words" }, title, time), way);
  const tell = paced(() => setText(time, `Tick ${whole(store.get().tick)}`), 100);
  world.onFrame(tell);
  store.watch(
    (state) => state.welcome?.source.title,
    (name) => setText(title, name ?? ""),
  );
  desk.state.watch(
    ({ presenting }) => presenting,
    (presenting) => {
      element.hidden = !presenting;
    },
  );
  return element;
}

function ending(desk: Desk): HTMLElement {
  const button = iconButton("close", "End the presentation", () => desk.present(false), keyOf(PRESENT));
  button.id = "end-presenting";
  return button;
}

/** A link to the page of this world by itself, in place of those of all. */
function alone(): HTMLElement {
  const address = new URL(location.href);
  address.searchParams.delete("beside");
  const link = el("a", { class: "icon-button", href: address.href, target: "_parent" }, icon("present"));
  nameButton(link, "Show this world alone");
  return link;
}
