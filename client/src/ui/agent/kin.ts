/** The family of an agent, as a tree: mother and grandmother above it, children and grandchildren below. */

import { agentName } from "../../names";
import type { Relative } from "../../society";
import { el, emblem } from "../parts/dom";
import { whole } from "../parts/format";

const SHOWN = 12; // of one generation

/** A line of the tree: how deep it lies, and who it is; null stands for so many who are not shown. */
export interface Branch {
  depth: number;
  who: Relative | null;
  more: number;
}

/** The tree as lines, from the eldest; each mother is followed by her children, as far as there is room for them. */
export function branches(family: readonly Relative[], shown = SHOWN): Branch[] {
  const eldest = Math.min(0, ...family.map(({ generation }) => generation));
  const line = (who: Relative): Branch => ({ depth: who.generation - eldest, who, more: 0 });
  const lines = family.filter(({ generation }) => generation <= 0).map(line);
  const below = (mother: number, generation: number): Branch[] => {
    const children = family.filter((one) => one.generation === generation && one.mother === mother);
    const told = children.slice(0, shown).flatMap((child) => [line(child), ...below(child.id, generation + 1)]);
    const more = children.length - shown;
    return more > 0 ? [...told, { depth: generation - eldest, who: null, more }] : told;
  };
  const self = family.find(({ generation }) => generation === 0);
  return self ? [...lines, ...below(self.id, 1)] : lines;
}

/** From when to when somebody lived: "120 – 340", "120 –" of who lives; empty where nobody knows. */
export function lifetime({ born, died }: Pick<Relative, "born" | "died">): string {
  if (born === null) return "";
  return died === null ? `${whole(born)} –` : `${whole(born)} – ${whole(died)}`;
}

const KIN: Record<number, string> = {
  [-2]: "grandmother",
  [-1]: "mother",
  0: "itself",
  1: "child",
  2: "grandchild",
};

export function createKin(choose: (id: number) => void): {
  element: HTMLElement;
  show(family: readonly Relative[]): void;
} {
  const element = el("ul", { class: "kin" });
  let shown = "";
  return {
    element,
    show(family) {
      const key = JSON.stringify(family);
      if (key === shown) return;
      shown = key;
      element.replaceChildren(...branches(family).map((branch) => lineOf(branch, choose)));
    },
  };
}

function lineOf({ depth, who, more }: Branch, choose: (id: number) => void): HTMLElement {
  const line = el("li", { class: "kin-line" });
  line.style.setProperty("--depth", String(depth));
  if (!who) {
    line.append(el("span", { class: "faint" }, `and ${whole(more)} more`));
    return line;
  }
  const kin = KIN[who.generation] ?? "";
  line.dataset.generation = String(who.generation);
  const button = el(
    "button",
    { type: "button", class: "chip", title: kin },
    who.population === null ? null : emblem(who.population),
    agentName(who.id),
  );
  button.disabled = who.generation === 0;
  button.addEventListener("click", () => choose(who.id));
  line.append(
    button,
    el("span", { class: "faint kin-word" }, kin),
    el("span", { class: "number faint" }, lifetime(who)),
  );
  line.classList.toggle("ended", who.died !== null);
  return line;
}
