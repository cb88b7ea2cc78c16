/** The parts of the page, as they know each other. */

import type { Sight } from "./sight";
import type { Actions, Store } from "./store";
import type { Parameters } from "./url";
import type { World } from "./world";

/** What lies under a point of the picture. */
export interface Pick {
  agent: number | null;
  creature: number | null;
  row: number;
  col: number;
}

/** What the panels may ask of the scene. */
export interface SceneHandle {
  /** Shows the whole map again. */
  resetCamera(): void;
  /** Flies to a tile. */
  focus(row: number, col: number): void;
  /** Moves the camera over the ground, in shares of the picture: right and ahead. */
  pan(right: number, ahead: number): void;
  /** Turns about what it looks at, and tilts [rad]. */
  turn(around: number, tilt?: number): void;
  /** Below 1 comes nearer. */
  zoom(factor: number): void;
  /** What lies under a point, in CSS pixels of the canvas; null beside the map. */
  pick(x: number, y: number): Pick | null;
}

export interface App {
  store: Store;
  actions: Actions;
  world: World;
  sight: Sight;
  scene: SceneHandle;
  url: Parameters;
}
