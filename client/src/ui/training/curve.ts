/** The curve of lifetimes over agent steps, as a drawing. */

import { el, setAttributes, setText, svg } from "../parts/dom";
import { short } from "../parts/format";
import { roundUp } from "../parts/scale";

export type Point = readonly [steps: number, lifetime: number];

const WIDTH = 300;
const HEIGHT = 90;

export interface Frame {
  /** Agent steps at the right edge, and ticks at the upper one. */
  steps: number;
  lifetime: number;
}

export function frameOf(points: readonly Point[], steps: number): Frame {
  return {
    steps: Math.max(steps, ...points.map(([at]) => at), 1),
    lifetime: roundUp(Math.max(...points.map(([, lifetime]) => lifetime), 1)),
  };
}

/** Where a point lies in the drawing. */
export function place([steps, lifetime]: Point, frame: Frame): string {
  const x = (steps / frame.steps) * WIDTH;
  const y = HEIGHT - (lifetime / frame.lifetime) * HEIGHT;
  return `${x.toFixed(1)},${y.toFixed(1)}`;
}

/** The drawing, and what brings it up to date: a curve, and a line where the weights that play were. */
export function createCurve() {
  const line = svg("polyline", { class: "curve-line", fill: "none" });
  const mark = svg("line", { class: "curve-mark", y1: 0, y2: HEIGHT });
  const drawing = svg(
    "svg",
    { class: "curve", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", role: "img" },
    line,
    mark,
  );
  const high = el("span", { class: "curve-high" });
  const end = el("span", { class: "curve-end" });
  const element = el("figure", { class: "curve-figure" }, drawing, high, end);
  const show = (points: readonly Point[], steps: number, weights: number) => {
    element.hidden = points.length === 0;
    const frame = frameOf(points, steps);
    setAttributes(line, { points: points.map((point) => place(point, frame)).join(" ") });
    const at = (weights / frame.steps) * WIDTH;
    setAttributes(mark, { x1: at, x2: at });
    setText(high, `${short(frame.lifetime)} ticks`);
    setText(end, `${short(frame.steps)} agent steps`);
    const last = points[points.length - 1];
    setAttributes(drawing, {
      "aria-label": last ? `Lifetime while learning: ${short(last[1])} ticks after ${short(last[0])} agent steps` : "",
    });
  };
  return { element, show };
}
