/** For which levels of food and water an overlay is to judge tiles. */

import type { App } from "../../app";
import { el, setText } from "../parts/dom";
import { paced } from "../parts/schedule";

type Vital = "food" | "water";

/** Two sliders and a box: as full as the server takes it to be, or as full as one chooses. */
export function createVitalChoice({ store, actions }: App): HTMLElement {
  const own = el("input", { type: "checkbox", id: "overlay-vitals" });
  const sliders = { food: slider("food"), water: slider("water") };
  const send = paced(() => {
    const level = (vital: Vital) => (own.checked ? Number(sliders[vital].input.value) / 100 : null);
    actions.setOverlayVitals(level("food"), level("water"));
  }, 150);
  const show = () => {
    const { vitals } = store.get().welcome?.source ?? {};
    for (const vital of ["food", "water"] as const) {
      const { input, output, element } = sliders[vital];
      element.hidden = !own.checked;
      const share = Number(input.value) / 100;
      setText(output, vitals ? String(Math.round(share * vitals[vital])) : `${input.value} %`);
      input.style.setProperty("--filled", `${input.value}%`);
    }
  };
  const changed = () => {
    show();
    send();
  };
  for (const input of [own, sliders.food.input, sliders.water.input]) input.addEventListener("input", changed);
  store.watch((state) => state.welcome, show);
  return el(
    "div",
    { class: "vital-choice" },
    el("label", { class: "check" }, own, "Choose food and water"),
    sliders.food.element,
    sliders.water.element,
  );
}

function slider(vital: Vital): { element: HTMLElement; input: HTMLInputElement; output: HTMLOutputElement } {
  const input = el("input", {
    type: "range",
    min: 0,
    max: 100,
    step: 1,
    value: 50,
    id: `overlay-${vital}`,
    class: vital,
  });
  const output = el("output", { class: "number", for: input.id });
  const name = el("span", {}, vital === "food" ? "Food" : "Water");
  return { element: el("label", { class: "field" }, name, input, output), input, output };
}
