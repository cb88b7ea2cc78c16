/** Figures about the picture on `window.__embyr`, for tests, for measuring, and for taking pictures one by one. */

import type { SceneHandle } from "../app";
import type { View } from "../store";
import type { World } from "../world";

export interface Stats {
  /** Whether the world has been drawn. */
  ready: boolean;
  /** Pictures drawn, and frames of the world taken in. */
  frames: number;
  ticks: number;
  /** Tick and living agents of the newest frame. */
  tick: number;
  agents: number;
  /** Creatures of the newest frame, fires of the map, and figures in view that carry or do something. */
  creatures: number;
  fires: number;
  equipped: number;
  /** Quads of what happens in the newest frame, by the names of their kinds in effects.ts. */
  effects: Record<string, number>;
  /** Time of the page's own code for one picture, and for taking in one frame: medians of the last 60 [ms]. */
  scriptMs: number;
  frameMs: number;
  /** The same for the last picture alone [ms]. */
  pictureMs: number;
  drawCalls: number;
  triangles: number;
  quality: string;
  /** How strongly the overlay is seen, 0 .. 1. */
  overlayShare: number;
}

export interface Probe {
  /** What the panels use: camera and picking. */
  scene: SceneHandle;
  pick: SceneHandle["pick"];
  /** The newest frame, and the map. */
  world(): World;
  /** Where the middle of the figure of an agent or a creature is seen [CSS px]; null if it does not live. */
  agentScreen(id: number): { x: number; y: number } | null;
  /** Where the middle of a tile is seen [CSS px]. */
  tileScreen(row: number, col: number): { x: number; y: number } | null;
  /** Tick of the overlay's grid; null without one. */
  overlayTick(): number | null;
  /** How far the picture has come from the frame before to the newest, 0 .. 1. */
  alpha(): number;
  view(): View;
  /** Distance from the camera to what it looks at [tiles]. */
  distance(): number;
  /** Draws one picture, at a share of the tick and a time [s], and stands still until `release`. */
  hold(alpha: number, seconds: number): void;
  release(): void;
  /** Takes the newest frame as seen, though no picture was drawn of it. */
  pass(): void;
  /** The picture that was drawn last, with what the director says of it, as the address of a PNG. */
  photograph(): string;
}

declare global {
  interface Window {
    __embyr?: Stats & Probe;
  }
}

export function blankStats(): Stats {
  return {
    ready: false,
    frames: 0,
    ticks: 0,
    tick: 0,
    agents: 0,
    creatures: 0,
    fires: 0,
    equipped: 0,
    effects: {},
    scriptMs: 0,
    frameMs: 0,
    pictureMs: 0,
    drawCalls: 0,
    triangles: 0,
    quality: "",
    overlayShare: 0,
  };
}

const RECENT = 60;

/** The median of the last measurements: the few pictures that wait for a shader to be compiled do not count. */
export class Typical {
  private values: number[] = [];

  add(value: number): number {
    this.values.push(value);
    if (this.values.length > RECENT) this.values.shift();
    return median(this.values);
  }
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}
