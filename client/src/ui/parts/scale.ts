/** Round numbers for axes and legends. */

import { type GridInfo, gridPosition } from "../../grid";
import { short } from "./format";

/** The smallest of 1, 2, 5, 10, 20, 50 ... that is not below `value`. */
export function roundUp(value: number): number {
  if (!(value > 1)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 2, 5, 10].find((step) => step * power >= value * (1 - 1e-9)) ?? 10);
}

export interface LegendTick {
  /** Its place on the scale, 0 .. 1. */
  at: number;
  text: string;
}

/** What is written under the scale of an overlay: both ends and the middle. */
export function legendTicks(info: GridInfo): LegendTick[] {
  const places = info.low === info.high && !info.diverging ? [0] : [0, 0.5, 1];
  return places.map((at) => ({ at, text: short(valueAt(info, at)) }));
}

/** The value at a place on the scale: the inverse of `gridPosition`. */
export function valueAt(info: GridInfo, at: number): number {
  const { low, high, diverging, scale } = info;
  if (diverging) return (2 * at - 1) * (Math.max(Math.abs(low), Math.abs(high)) || 1);
  if (scale === "log") {
    const floor = Math.max(low, 0);
    return floor + Math.expm1(at * (Math.log1p(high - floor) || 1));
  }
  return low + at * (high - low);
}

/** The value of a grid at a tile of the map, and its place on the scale; null beside the grid or where it is empty. */
export function gridValue(
  grid: GridInfo & { values: Float32Array },
  row: number,
  col: number,
): { value: number; at: number } | null {
  const [r, c] = [row - grid.origin[0], col - grid.origin[1]];
  if (r < 0 || c < 0 || r >= grid.rows || c >= grid.cols) return null;
  const value = grid.values[r * grid.cols + c];
  return Number.isNaN(value) ? null : { value, at: gridPosition(grid, value) };
}
