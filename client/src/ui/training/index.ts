/** The panel of a run: how far its training is, its curve, and a slider over its checkpoints. */

import type { App } from "../../app";
import type { Training } from "../../protocol";
import type { Desk } from "../page/desk";
import { el, setAttributes, setText } from "../parts/dom";
import { short, whole } from "../parts/format";
import { createCurve } from "./curve";
import { duration, progress, weights } from "./words";

export function createTraining({ store, actions }: App, desk: Desk): HTMLElement {
  const facts = {
    steps: fact("Agent steps"),
    lifetime: fact("Lifetime"),
    time: fact("Time"),
    plays: fact("Weights that play"),
    age: fact("Their age"),
  };
  const curve = createCurve();
  const slider = createSlider(actions.setCheckpoint);
  const show = (training: Training | null) => {
    if (!training || !desk.isOpen("training")) return;
    setText(facts.steps.value, whole(training.steps));
    setText(facts.lifetime.value, training.lifetime === null ? "–" : `${short(training.lifetime)} ticks`);
    setText(facts.time.value, progress(training));
    setText(facts.plays.value, weights(training));
    setText(facts.age.value, duration(training.weights.age));
    curve.show(training.curve, training.steps, training.weights.steps);
    slider.show(training, store.get().welcome?.abilities.control ?? false);
  };
  const list = el("dl", { class: "training-facts" }, ...Object.values(facts).map(({ element }) => element));
  const panel = desk.panel({
    name: "training",
    title: "Training",
    body: [list, curve.element, slider.element],
    opened: () => show(store.get().training),
  });
  store.watch(
    (state) => state.training,
    (training) => {
      panel.hidden = training === null;
      show(training);
    },
  );
  return panel;
}

function fact(name: string) {
  const value = el("dd");
  return { value, element: el("div", {}, el("dt", {}, name), value) };
}

/** From the first checkpoint to the last; one more place, at the right end, follows the run. */
function createSlider(choose: (steps: number | null) => void) {
  const range = el("input", {
    type: "range",
    id: "checkpoint",
    min: 0,
    step: 1,
    "aria-label": "Checkpoint that plays",
  });
  const chosen = el("output", { for: range.id });
  const newest = el("button", { type: "button", class: "button", id: "newest" }, "Newest");
  const element = el("div", { class: "checkpoints" }, el("h3", {}, "Checkpoint that plays"), chosen, range, newest);
  let checkpoints: readonly number[] = [];
  let busy = false;
  const name = () => {
    const steps = checkpoints[Number(range.value)];
    const text = steps === undefined ? "newest" : `${short(steps)} agent steps`;
    setText(chosen, text);
    setAttributes(range, { "aria-valuetext": text });
  };
  range.addEventListener("input", () => {
    busy = true;
    name();
  });
  range.addEventListener("change", () => {
    busy = false;
    choose(checkpoints[Number(range.value)] ?? null);
  });
  newest.addEventListener("click", () => choose(null));
  const show = (training: Training, able: boolean) => {
    element.hidden = training.checkpoints.length === 0;
    range.disabled = newest.disabled = !able;
    newest.disabled ||= training.held === null;
    if (busy) return;
    checkpoints = training.checkpoints;
    range.max = String(checkpoints.length);
    const place = training.held === null ? -1 : checkpoints.indexOf(training.held);
    range.value = String(place < 0 ? checkpoints.length : place);
    name();
  };
  return { element, show };
}
