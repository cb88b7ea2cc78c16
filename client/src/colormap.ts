/** Colour scales of overlays: perceptually even, legible without full colour vision. */

import { rgb } from "./palette";

/** Dark violet over rose to pale yellow: more is lighter. */
const SEQUENTIAL = ["#150b37", "#3b1468", "#6d1f81", "#a12f7e", "#d2456b", "#f06a52", "#fb9b4b", "#fdcb67", "#fcf7b0"];
/** Blue below, pale in the middle, orange above. */
const DIVERGING = ["#123f7a", "#2b6cb0", "#6ba3d6", "#b8d3e8", "#f1efe9", "#f4cda5", "#e79a58", "#c8621f", "#85330a"];

/** The colour at x in 0 .. 1, red, green and blue 0 .. 255. */
export function mapColour(x: number, diverging: boolean): [number, number, number] {
  const stops = diverging ? DIVERGING : SEQUENTIAL;
  const place = Math.min(Math.max(x, 0), 1) * (stops.length - 1);
  const left = Math.min(Math.floor(place), stops.length - 2);
  const [a, b] = [rgb(stops[left]), rgb(stops[left + 1])];
  return a.map((value, i) => Math.round(255 * (value + (b[i] - value) * (place - left)))) as [number, number, number];
}

/** The scale as a CSS gradient, for legends. */
export function cssGradient(diverging: boolean, direction = "to right"): string {
  return `linear-gradient(${direction}, ${(diverging ? DIVERGING : SEQUENTIAL).join(", ")})`;
}
