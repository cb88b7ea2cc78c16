/** What an agent's policy thinks: the value it expects, and how likely each choice is. */

import { MOVES, STYLES } from "../../names";
import type { AgentReport } from "../../protocol";
import { el, icon, setText } from "../parts/dom";
import { capital, percent, short } from "../parts/format";
import type { IconName } from "../parts/icons";

const MOVE_ICONS: readonly IconName[] = ["stay", "up", "down", "right", "left"];

/** A cross of moves and bars of styles. */
export function createDecision(): { element: HTMLElement; show(report: AgentReport): void } {
  const moves = MOVES.map((name, i) => {
    const share = el("small", {});
    const element = el("span", { class: `choice ${name}`, title: capital(name) }, icon(MOVE_ICONS[i]), share);
    return { element, share };
  });
  const cross = el(
    "div",
    { class: "cross", role: "group", "aria-label": "Chance of each move" },
    ...moves.map((m) => m.element),
  );
  const styles = el("div", { class: "bars", role: "group", "aria-label": "Chance of each style" });
  const value = el("p", { class: "value-line", title: "The ticks it expects to live on, discounted" });
  return {
    element: el("div", { class: "decision" }, cross, el("div", { class: "decision-side" }, value, styles)),
    show(report) {
      setText(value, report.value === null ? "" : `Value ${short(report.value)}`);
      value.hidden = report.value === null;
      cross.hidden = report.move === null;
      report.move?.forEach((share, i) => {
        moves[i].element.style.setProperty("--share", String(share));
        moves[i].element.classList.toggle("strong", share > 0.5);
        setText(moves[i].share, percent(share));
      });
      styles.replaceChildren(...(report.style ?? []).map((share, i) => bar(capital(STYLES[i] ?? "?"), share)));
    },
  };
}

/** A line with a name, a bar as long as a share, and the share. */
export function bar(name: string, share: number): HTMLElement {
  const fill = el("span", { class: "bar-fill" });
  const line = el("div", { class: "bar" }, el("span", {}, name), el("span", { class: "bar-track" }, fill));
  fill.style.setProperty("--share", String(share));
  line.append(el("span", { class: "number" }, percent(share)));
  return line;
}
