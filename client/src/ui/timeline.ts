/** The time bar of a replay. */

import type { App } from "../app";
import { el, setText } from "./dom";
import { whole } from "./format";
import { paced } from "./schedule";

/** Seeks are sent at this pace while one drags [ms]. */
const SEEK_MS = 90;

export function createTimeline({ store, actions, world }: App): HTMLElement {
  const slider = el("input", { id: "timeline", type: "range", step: "1", "aria-label": "Tick of the replay" });
  const now = el("output", { class: "time", for: slider.id });
  const end = el("span", { class: "time" });
  const element = el("div", { class: "timeline", hidden: true }, now, slider, end);
  let dragging = false;

  const paint = () => {
    const [low, high, value] = [slider.min, slider.max, slider.value].map(Number);
    slider.style.setProperty("--filled", `${(100 * (value - low)) / (high - low || 1)}%`);
    setText(now, whole(value));
    slider.setAttribute("aria-valuetext", `tick ${value} of ${high}`);
  };
  const seek = paced(() => actions.seek(Number(slider.value)), SEEK_MS);
  const follow = paced(() => {
    if (dragging || element.hidden) return;
    slider.value = String(store.get().tick);
    paint();
  }, 60);

  slider.addEventListener("input", () => {
    dragging = true;
    paint();
    seek();
  });
  slider.addEventListener("change", () => {
    dragging = false;
    seek();
  });
  store.watch(
    (state) => state.welcome,
    (welcome) => {
      const ticks = welcome?.abilities.seek ? welcome.source.ticks : null;
      element.hidden = !ticks;
      if (!ticks) return;
      [slider.min, slider.max] = ticks.map(String);
      setText(end, whole(ticks[1]));
      follow();
    },
  );
  world.onFrame(follow);
  return element;
}
