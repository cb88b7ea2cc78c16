/** The materials of a map that are not ours: their colours, with what they are called and mean. */

import type { Declared } from "../../declared";
import { el } from "../parts/dom";
import { capital } from "../parts/format";

export function createLegend(): { element: HTMLElement; show(declared: Declared): void } {
  const element = el("ul", { class: "legend", "aria-label": "Materials", hidden: true });
  let shown: Declared | null = null;
  return {
    element,
    show(declared) {
      if (declared === shown) return;
      shown = declared;
      element.hidden = declared.further.length === 0;
      element.replaceChildren(
        ...declared.further.map(({ name, meaning, colour }) => {
          const patch = el("span", { class: "patch", "aria-hidden": "true" });
          patch.style.background = colour;
          return el("li", { title: meaning }, patch, capital(name.replaceAll("_", " ")));
        }),
      );
    },
  };
}
