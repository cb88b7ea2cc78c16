/** The time bar of a replay. */

import type { App } from "../../app";
import { el, setText } from "../parts/dom";
import { whole } from "../parts/format";
import { paced } from "../parts/schedule";
import { createMarks } from "./marks";

/** Seeks are sent at this pace while one drags [ms]. */
const SEEK_MS = 90;
/** The bar stays where one put it until the replay is there, but no longer than this [ms]. */
const PATIENCE_MS = 1500;

export function createTimeline({ store, actions, world }: App): HTMLElement {
  const marks = createMarks(store);
  const slider = el("input", { id: "timeline", type: "range", step: "1", "aria-label": "Tick of the replay" });
  const now = el("output", { class: "time", for: slider.id });
  const end = el("span", { class: "time" });
  const element = el(
    "div",
    { class: "timeline", hidden: true },
    now,
    el("div", { class: "track" }, marks, slider),
    end,
  );
  let dragging = false;
  /** Where one went, until the replay is there or a while has passed. */
  let wanted: { tick: number; until: number } | null = null;

  const paint = () => {
    const [low, high, value] = [slider.min, slider.max, slider.value].map(Number);
    slider.style.setProperty("--filled", `${(100 * (value - low)) / (high - low || 1)}%`);
    setText(now, whole(value));
    slider.setAttribute("aria-valuetext", `tick ${value} of ${high}`);
  };
  const seek = paced(() => {
    if (wanted) actions.seek(wanted.tick);
  }, SEEK_MS);
  const follow = paced(() => {
    const { tick } = store.get();
    if (wanted && (wanted.tick === tick || performance.now() > wanted.until)) wanted = null;
    if (dragging || wanted || element.hidden) return;
    slider.value = String(tick);
    paint();
  }, 60);
  const go = () => {
    wanted = { tick: Number(slider.value), until: performance.now() + PATIENCE_MS };
    paint();
    seek();
  };

  slider.addEventListener("input", () => {
    dragging = true;
    go();
  });
  slider.addEventListener("change", () => {
    dragging = false;
    go();
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
