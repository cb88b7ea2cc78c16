/** Presenting: the world, its title and the chart, large enough for a projector. */

import type { App } from "../app";
import { keyOf } from "./bindings";
import type { Desk } from "./desk";
import { el, iconButton, setText } from "./dom";
import { whole } from "./format";
import { paced } from "./schedule";

/** What the help calls it. */
export const PRESENT = "Present: the world, large";

/** What only a presentation shows; the populations are their own section, which style makes large. */
export function createPresenting({ store, world }: App, desk: Desk): HTMLElement {
  const title = el("h1", { class: "presented-title" });
  const time = el("p", { class: "presented-time" });
  const end = iconButton("close", "End the presentation", () => desk.present(false), keyOf(PRESENT));
  end.id = "end-presenting";
  const element = el("header", { class: "presented" }, el("div", {}, title, time), end);
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
