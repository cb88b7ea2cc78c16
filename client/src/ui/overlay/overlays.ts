/** The panel of overlays: which one lies on the ground, for whom, and how to read it. */

import type { App } from "../../app";
import { cssGradient } from "../../colormap";
import type { OverlayGrid } from "../../grid";
import { populationName } from "../../names";
import type { OverlayName, OverlayRequest } from "../../protocol";
import type { AppState } from "../../store";
import { keyOf } from "../commands/bindings";
import type { Desk } from "../page/desk";
import { el, nameButton, setAttributes, setText } from "../parts/dom";
import { capital, whole } from "../parts/format";
import { legendTicks } from "../parts/scale";
import { createVitalChoice } from "./vitalchoice";

/** What each overlay tells, in a sentence. */
const TOLD: Record<OverlayName, string> = {
  visits: "How often agents of the population stood on each tile.",
  value: "How long the policy expects an agent of the population to live from each tile on.",
  dependency: "How the value of an agent changes with the place of a second agent.",
  attacks: "Where attacks landed.",
  trades: "Where agents of the population stood when they sold or bought.",
  wealth:
    "How much agents of the population had, on the mean, who stood on each tile: gold, and items at their last prices.",
};

export function createOverlays(app: App, desk: Desk): HTMLElement {
  const { store, actions } = app;
  const choices = el("div", { class: "choices", role: "radiogroup", "aria-label": "Overlay" });
  const told = el("p", { class: "told" });
  const population = el("select", { id: "overlay-population", "aria-label": "Population of the overlay" });
  population.addEventListener("change", () => actions.setOverlayPopulation(Number(population.value)));
  const who = el("label", { class: "field" }, el("span", {}, "Population"), population);
  const vitals = createVitalChoice(app);
  const legend = createLegend(app);

  const panel = desk.panel({ name: "overlay", title: "Overlay", body: [choices, told, legend, who, vitals] });
  const showRequest = (request: OverlayRequest) => {
    for (const button of choices.children)
      setAttributes(button, { "aria-checked": String(button.id === choiceId(request.name)) });
    population.value = String(request.population);
    setText(told, request.name === null ? "" : TOLD[request.name]);
    told.hidden = request.name === null;
    who.hidden = request.name === null;
    vitals.hidden = request.name !== "value" && request.name !== "dependency";
  };
  store.watch(
    (state) => state.welcome,
    (welcome) => {
      const names: (OverlayName | null)[] = [null, ...(welcome?.abilities.overlays ?? [])];
      choices.replaceChildren(...names.map((name) => choice(name, () => actions.setOverlay(name))));
      const count = welcome?.source.populations ?? 0;
      const options = Array.from(
        { length: count },
        (_, p) => new Option(populationName(welcome?.source, p), String(p)),
      );
      population.replaceChildren(...options);
      panel.hidden = names.length === 1; // what has no overlays has no section for them
      showRequest(store.get().overlay);
    },
  );
  store.watch((state) => state.overlay, showRequest);
  return panel;
}

function choiceId(name: OverlayName | null): string {
  return `overlay-${name ?? "none"}`;
}

function choice(name: OverlayName | null, choose: () => void): HTMLButtonElement {
  const button = el("button", { type: "button", id: choiceId(name), role: "radio" }, capital(name ?? "none"));
  nameButton(button, name === null ? "No overlay" : `Overlay: ${name}`, keyOf("Next overlay"));
  button.addEventListener("click", choose);
  return button;
}

/** The scale with its numbers, and what they mean; a word of patience until they come. */
function createLegend({ store }: App): HTMLElement {
  const scale = el("div", { class: "scale" });
  const ticks = el("div", { class: "scale-ticks" });
  const text = el("p", { class: "legend-text" });
  const note = el("p", { class: "faint legend-note" });
  const legend = el("figure", { id: "legend", class: "legend", "aria-live": "polite" }, scale, ticks, text, note);
  const show = ({ grid, overlay }: Readonly<AppState>) => {
    legend.hidden = overlay.name === null;
    legend.classList.toggle("waiting", grid === null);
    for (const part of [scale, ticks, note]) part.hidden = grid === null;
    if (!grid) {
      setText(text, "Computing …");
      return;
    }
    scale.style.background = cssGradient(grid.diverging);
    ticks.replaceChildren(...legendTicks(grid).map(tickMark));
    setText(text, legendText(grid));
    setText(note, `${grid.scale === "log" ? "logarithmic, " : ""}tick ${whole(grid.tick)}`);
  };
  for (const key of ["grid", "overlay"] as const)
    store.watch(
      (state) => state[key],
      () => show(store.get()),
    );
  return legend;
}

function tickMark({ at, text }: { at: number; text: string }): HTMLElement {
  const mark = el("span", {}, text);
  mark.style.setProperty("--at", String(at));
  return mark;
}

/** What the numbers are, with their unit: "Ticks spent on each tile [ticks]". */
export function legendText({ legend, name, unit }: OverlayGrid): string {
  return `${capital(legend || name)}${unit ? ` [${unit}]` : ""}`;
}
