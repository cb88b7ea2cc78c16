/** Overlay grids: one number for each tile, with what is needed to draw and to explain them. */

export interface GridInfo {
  name: string;
  population: number;
  tick: number;
  rows: number;
  cols: number;
  /** The tile of its top left number. */
  origin: [number, number];
  low: number;
  high: number;
  unit: string;
  legend: string;
  scale: "linear" | "log";
  diverging: boolean;
  /** Of a dependency map: the agent it is about. */
  centre?: { id: number; row: number; col: number };
}

export interface OverlayGrid extends GridInfo {
  /** [rows · cols]; NaN where there is nothing to tell. */
  values: Float32Array;
}

const HEADER = 16;

/** Reads an NMO1 message. @throws Error if it is cut short. */
export function decodeGrid(message: ArrayBuffer): OverlayGrid {
  if (message.byteLength < HEADER) throw new Error("an overlay message is too short");
  const [, bytes, json] = new Uint32Array(message, 0, 3);
  if (bytes !== message.byteLength || HEADER + json > bytes) throw new Error("an overlay message is cut short");
  const info = JSON.parse(new TextDecoder().decode(new Uint8Array(message, HEADER, json))) as GridInfo;
  const start = HEADER + Math.ceil(json / 8) * 8;
  if (start + 4 * info.rows * info.cols > bytes) throw new Error("an overlay message lacks numbers");
  return { ...info, values: new Float32Array(message, start, info.rows * info.cols) };
}

/** Where a value lies on the scale of its grid, 0 .. 1; NaN for nothing. Diverging grids have 0 in the middle. */
export function gridPosition(info: GridInfo, value: number): number {
  if (Number.isNaN(value)) return Number.NaN;
  const { low, high } = info;
  if (info.diverging) {
    const reach = Math.max(Math.abs(low), Math.abs(high)) || 1;
    return clamp01(0.5 + value / (2 * reach));
  }
  if (info.scale === "log") {
    const floor = Math.max(low, 0);
    const span = Math.log1p(high - floor) || 1;
    return clamp01(Math.log1p(Math.max(value - floor, 0)) / span);
  }
  return clamp01((value - low) / (high - low || 1));
}

function clamp01(x: number): number {
  return Math.min(Math.max(x, 0), 1);
}
