/** What an agent knows of the rows of systems from outside, and how likely it takes each option of their choices. */

import { agentName } from "../../names";
import type { ChoiceReport, OptionReport, RowsReport } from "../../protocol";
import { el } from "../parts/dom";
import { capital, whole } from "../parts/format";
import { bar } from "./decision";
import { valueText } from "./systems";

const MOST = 6;

/** A bar of the panel. */
export interface OptionLine {
  name: string;
  odds: number;
}

/** The options as they are shown: all, in their order, if they are few, else the likeliest and the sum of the others. */
export function linesOf({ of, options }: ChoiceReport, sets: readonly RowsReport[]): OptionLine[] {
  const set = sets.find(({ name }) => name === of);
  const lines = options.map((option) => ({ name: nameOf(option, set), odds: option.odds }));
  if (lines.length <= MOST) return lines;
  const likeliest = lines.toSorted((one, other) => other.odds - one.odds);
  const others = likeliest.slice(MOST - 1);
  const odds = others.reduce((sum, line) => sum + line.odds, 0);
  return [...likeliest.slice(0, MOST - 1), { name: `${whole(others.length)} others`, odds }];
}

function nameOf({ name, agent, row }: OptionReport, set: RowsReport | undefined): string {
  if (agent !== undefined) return agentName(agent);
  const about = row === undefined || !set?.rows[row] ? "" : `: ${rowText(set, row)}`;
  return words(name) + about;
}

/** What a row says: "strength 3 points, stock 1". */
export function rowText({ columns, rows }: RowsReport, row: number): string {
  return columns.map(({ name, unit }, i) => `${name.replaceAll("_", " ")} ${valueText(rows[row][i], unit)}`).join(", ");
}

function words(name: string): string {
  return capital(name.replaceAll("_", " "));
}

/** Bars for each choice; nothing where all choices are ours. */
export function createChoices(): {
  element: HTMLElement;
  show(choices: readonly ChoiceReport[], sets: readonly RowsReport[]): void;
} {
  const element = el("div", { class: "declared" });
  return {
    element,
    show(choices, sets) {
      element.hidden = choices.length === 0;
      element.replaceChildren(
        ...choices.map((choice) =>
          chart(
            choice,
            linesOf(choice, sets).map(({ name, odds }) => bar(name, odds)),
          ),
        ),
      );
    },
  };
}

function chart({ name, meaning }: ChoiceReport, lines: HTMLElement[]): HTMLElement {
  const label = `Chance of each option: ${words(name)}`;
  return el(
    "div",
    { class: "bars", role: "group", "aria-label": label, "data-choice": name },
    head(name, meaning),
    ...lines,
  );
}

function head(name: string, meaning: string): HTMLElement {
  return el("p", {}, el("strong", {}, words(name)), el("span", { class: "faint" }, ` ${meaning}`));
}

/** A list for each set of rows; nothing where no system declares any. */
export function createRows(): { element: HTMLElement; show(sets: readonly RowsReport[]): void } {
  const element = el("div", { class: "declared" });
  return {
    element,
    show(sets) {
      element.replaceChildren(
        ...sets.map((set) => {
          const lines = set.rows.slice(0, MOST).map((_, row) => el("li", {}, rowText(set, row)));
          if (set.rows.length > MOST)
            lines.push(el("li", { class: "faint" }, `and ${whole(set.rows.length - MOST)} more`));
          if (set.rows.length === 0) lines.push(el("li", { class: "faint" }, "none"));
          return el(
            "div",
            { class: "bars", "data-rows": set.name },
            head(set.name, set.meaning),
            el("ol", {}, ...lines),
          );
        }),
      );
    },
  };
}
