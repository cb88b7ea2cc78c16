/** What systems from outside declare of an agent: each field with its unit and meaning, and what it chose. */

import { levelOf, shortName, told } from "../../declared";
import { type AgentTable, columnOf } from "../../frame";
import type { FieldLayout } from "../../protocol";
import type { OwnFeature } from "../../society";
import { el, setAttributes, setText } from "../parts/dom";
import { capital, count, short, whole } from "../parts/format";
import type { Own } from "./owned";

export interface Systems {
  element: HTMLElement;
  /**
   * Shows the row of an agent in the columns of its world, and what else it knows of itself; in a fair seat some of
   * them are not known.
   */
  show(columns: readonly FieldLayout[], own: readonly Own[], agents: AgentTable, row: number, fair: boolean): void;
}

interface Line {
  column: FieldLayout;
  value: HTMLElement;
  meter: HTMLElement | null;
  line: HTMLElement;
}

/** A part for each system; none where all systems are ours. */
export function createSystems(): Systems {
  const element = el("div", { class: "systems" });
  let shown: readonly FieldLayout[] = [];
  let known = "";
  let lines: Line[] = [];

  const build = (columns: readonly FieldLayout[], own: readonly OwnFeature[]) => {
    shown = columns;
    known = own.map(({ name }) => name).join();
    lines = [...columns, ...own.map(asColumn)].map(lineOf);
    const systems = [...new Set(lines.map(({ column: { system = "" } }) => system))];
    element.replaceChildren(
      ...systems.map((system) =>
        el(
          "section",
          { class: "part" },
          el("h3", {}, capital(system.replaceAll("_", " "))),
          ...lines.filter(({ column }) => (column.system ?? "") === system).map(({ line }) => line),
        ),
      ),
    );
  };

  return {
    element,
    show(columns, own, agents, row, fair) {
      if (columns !== shown || own.map(({ name }) => name).join() !== known) build(columns, own);
      lines.forEach(({ column, value, meter }, i) => {
        const further = own[i - columns.length];
        const number = further ? further.value : (columnOf(agents, column.name)?.[row] ?? Number.NaN);
        const text = told(column, number, fair);
        setText(value, text === null ? unknownOf(column) : valueText(text, column.unit));
        if (!meter) return;
        const level = text === null ? null : levelOf(column, number);
        meter.style.setProperty("--level", String(level ?? 0));
        setAttributes(meter, { "aria-valuenow": level === null ? null : Number(number) });
      });
    },
  };
}

/** What an agent knows of itself alone, as a column that frames do not have. */
function asColumn({ system, name, unit, meaning, low, high }: OwnFeature): FieldLayout {
  return { system, name, unit, meaning, low, high, type: "", names: [], declared: "field" };
}

function lineOf(column: FieldLayout): Line {
  const { meaning, low, high, declared } = column;
  const ranged = declared === "field" && low !== undefined && high !== undefined && column.names.length === 0;
  const name = shortName(column);
  const value = el("span", { class: "number" });
  const meter = ranged
    ? el(
        "div",
        { class: "meter", role: "meter", "aria-label": capital(name), "aria-valuemin": low, "aria-valuemax": high },
        el("span", { class: "meter-fill" }),
      )
    : null;
  const title = el("span", { class: "system-name" }, declared === "choice" ? `Choice: ${name}` : capital(name));
  const line = el(
    "div",
    { class: `system-line ${ranged ? "ranged" : ""}`, "data-column": column.name },
    title,
    meter,
    value,
    el("p", { class: "faint" }, capital(meaning)),
  );
  return { column, value, meter, line };
}

/** Who has not acted has chosen nothing yet; all else that is not known is out of what one may see. */
function unknownOf({ declared }: FieldLayout): string {
  return declared === "choice" ? "not yet" : "not seen";
}

/** A value with its unit: "3 ticks", "1 tick", "0.25 kg"; names as they are. */
export function valueText(value: string | number | bigint, unit: string): string {
  if (typeof value === "string") return value.replaceAll("_", " ");
  if (typeof value === "bigint") return `${whole(value)} ${unit}`.trim();
  if (Number.isInteger(value) && /[a-z]s$/.test(unit)) return count(value, unit.slice(0, -1), unit);
  return `${Number.isInteger(value) ? whole(value) : short(value)} ${unit}`.trim();
}
