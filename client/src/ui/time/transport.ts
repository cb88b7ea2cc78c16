/** Time in hand: the pace, and the time bar of a replay. */

import type { App } from "../../app";
import { keyOf } from "../commands/bindings";
import type { Commands } from "../commands/commands";
import { el, iconButton, setAttributes } from "../parts/dom";
import { createMoments } from "../past/moments";
import { createTimeline } from "../past/timeline";
import { createPace } from "./pace";

export function createTransport(app: App, commands: Commands): HTMLElement {
  const { store } = app;
  const back = iconButton("back", "One tick back", commands.stepBack, keyOf("One tick back, in a replay"));
  const loop = iconButton("loop", "Repeat", commands.toggleLoop, keyOf("Repeat a replay"));
  const link = iconButton("link", "Copy a link to this moment", () => void commands.copyLink(), "Y");
  for (const [id, button] of Object.entries({ back, loop, share: link })) button.id = id;
  const { play, step, speeds } = createPace(store, commands);
  const moments = createMoments(commands);
  const buttons = el("div", { class: "transport-buttons" }, loop, back, play, step, moments, speeds, link);
  const bar = el("section", { class: "transport", "aria-label": "Time" }, createTimeline(app), buttons);

  store.watch(
    (state) => state.welcome?.abilities,
    (abilities) => {
      for (const button of [back, loop]) button.hidden = !abilities?.seek;
      moments.hidden = !abilities?.seek || !abilities.history;
      bar.hidden = !abilities;
    },
  );
  store.watch(
    (state) => state.server?.loop,
    (on) => setAttributes(loop, { "aria-pressed": String(on ?? false) }),
  );
  return bar;
}
