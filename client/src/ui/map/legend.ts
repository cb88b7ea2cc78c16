/** The materials of a map that are not ours, and its creatures: their colours, with what they are called and mean. */

import { speciesColour } from "../../creatures";
import type { Declared } from "../../declared";
import { el } from "../parts/dom";
import { capital } from "../parts/format";

export function createLegend(): { element: HTMLElement; show(declared: Declared): void } {
  const element = el("ul", { class: "legend", "aria-label": "Materials and creatures", hidden: true });
  let shown: Declared | null = null;
  return {
    element,
    show(declared) {
      if (declared === shown) return;
      shown = declared;
      const creatures = declared.species.slice(1).map((name) => ({
        name,
        meaning: `a creature: ${name.replaceAll("_", " ")}`,
        colour: speciesColour(name, declared.looks),
      }));
      const lines = [...declared.further, ...creatures];
      element.hidden = lines.length === 0;
      element.replaceChildren(
        ...lines.map(({ name, meaning, colour }, i) => {
          const patch = el("span", {
            class: i < declared.further.length ? "patch" : "patch dot",
            "aria-hidden": "true",
          });
          patch.style.background = colour;
          return el("li", { title: meaning }, patch, capital(name.replaceAll("_", " ")));
        }),
      );
    },
  };
}
