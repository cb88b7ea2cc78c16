/** Figures about the picture on `window.__embyr`, for tests, for measuring, and for taking pictures one by one. */

import type { View } from "../store";

export interface Stats {
  /** Whether the world has been drawn. */
  ready: boolean;
  /** Pictures drawn, and frames of the world taken in. */
  frames: number;
  ticks: number;
  /** Tick and living agents of the newest frame. */
  tick: number;
  agents: number;
  /** Time of the page's own code for one picture, and for taking in one frame: running means [ms]. */
  scriptMs: number;
  frameMs: number;
  drawCalls: number;
  triangles: number;
  quality: string;
  /** How strongly the overlay is seen, 0 .. 1. */
  overlayShare: number;
  pick(x: number, y: number): { agent: number | null; row: number; col: number } | null;
  /** Where the middle of an agent's figure is seen [CSS px]; null if it does not live. */
  agentScreen(id: number): { x: number; y: number } | null;
  /** Where the middle of a tile is seen [CSS px]. */
  tileScreen(row: number, col: number): { x: number; y: number } | null;
  view(): View;
  /** Distance from the camera to what it looks at [tiles]. */
  distance(): number;
  /** Draws one picture, at a share of the tick and a time [s], and stands still until `release`. */
  hold(alpha: number, seconds: number): void;
  release(): void;
}

declare global {
  interface Window {
    __embyr?: Stats;
  }
}

/** A running mean that forgets slowly. */
export function mean(old: number, value: number): number {
  return old === 0 ? value : old + 0.05 * (value - old);
}
