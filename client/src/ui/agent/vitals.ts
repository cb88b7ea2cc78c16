/** Health, food and water as bars, and how they went. */

import type { MostHealth } from "../../health";
import type { Source, TraceReport } from "../../protocol";
import type { Agent } from "../../world";
import { crisp, themed } from "../parts/canvas";
import { el, setAttributes, setText } from "../parts/dom";
import { capital } from "../parts/format";

export const VITALS = ["health", "food", "water"] as const;
export type VitalName = (typeof VITALS)[number];
type Levels = Record<VitalName, number>;

const NOT_TOLD = "The most health that it can have is not told: the bar is of";

/** Three bars; `show` fills them. The most health is the agent's own, that of food and water everyone's. */
export function createVitals(): {
  element: HTMLElement;
  show(levels: Levels, most: Levels, health: MostHealth): void;
} {
  const bars = VITALS.map((vital) => {
    const value = el("span", { class: "number" });
    const meter = el("div", {
      class: `meter ${vital}`,
      role: "meter",
      "aria-label": capital(vital),
      "aria-valuemin": 0,
      "aria-valuenow": 0,
    });
    meter.append(el("span", { class: "meter-fill" }));
    const line = el("div", { class: "vital" }, el("span", { class: "vital-name" }, capital(vital)), meter, value);
    return { vital, value, meter, line };
  });
  return {
    element: el("div", { class: "vitals" }, ...bars.map(({ line }) => line)),
    show(levels, most, health) {
      for (const { vital, value, meter } of bars) {
        const told = vital !== "health" || health.told;
        const [level, top] = [levels[vital], vital === "health" ? health.most : most[vital]];
        meter.style.setProperty("--level", String(Math.min(level / (top || 1), 1)));
        meter.classList.toggle("low", level <= 0.25 * top);
        setAttributes(meter, { "aria-valuenow": level, "aria-valuemax": top });
        setText(value, `${level} / ${told ? top : "?"}`);
        setAttributes(value, { title: told ? null : `${NOT_TOLD} ${top}` });
      }
    },
  };
}

const TRACE_TICKS = 120;

/** The vitals of the selected agent over the last ticks. */
export class VitalTrace {
  readonly element = el("canvas", {
    class: "trace",
    role: "img",
    "aria-label": `Health, food and water over the last ${TRACE_TICKS} ticks`,
  });
  private points: { tick: number; levels: Levels }[] = [];
  private id: number | null = null;

  /** Notes an agent as it is at a tick; another agent starts anew, and an earlier tick takes back what came after. */
  note(agent: Agent, tick: number): void {
    const last = this.points[this.points.length - 1];
    if (agent.id !== this.id) this.points = [];
    else if (last && last.tick > tick) this.points = this.points.filter((point) => point.tick < tick);
    this.id = agent.id;
    if (this.points[this.points.length - 1]?.tick === tick) return;
    const { health, food, water } = agent;
    this.points.push({ tick, levels: { health, food, water } });
    while (this.points[0].tick < tick - TRACE_TICKS) this.points.shift();
  }

  /** Takes what the server knows of an agent; what the page has seen after that stays. */
  fill({ id, tick, health, food, water }: TraceReport): void {
    const end = tick.at(-1);
    if (end === undefined) return;
    const own = id === this.id ? this.points.filter((point) => point.tick > end) : [];
    const told = tick.map((at, i) => ({ tick: at, levels: { health: health[i], food: food[i], water: water[i] } }));
    this.id = id;
    this.points = [...told, ...own];
  }

  draw(most: Source["vitals"], health: MostHealth): void {
    const paper = crisp(this.element);
    if (!paper || this.points.length === 0) return;
    const { pen, width, height } = paper;
    const end = this.points[this.points.length - 1].tick;
    const x = (tick: number) => width - 1.5 - ((end - tick) / TRACE_TICKS) * (width - 3);
    const y = (share: number) => height - 2 - share * (height - 4);
    pen.lineJoin = "round";
    pen.lineWidth = 1.5;
    for (const vital of [...VITALS].reverse()) {
      pen.strokeStyle = themed(`--${vital}`);
      pen.beginPath();
      const top = (vital === "health" ? health.most : most[vital]) || 1;
      for (const { tick, levels } of this.points) pen.lineTo(x(tick), y(Math.min(levels[vital] / top, 1)));
      pen.stroke();
    }
  }
}
