/** What lies under a point of the picture: computed here, since everyone's place is known. */

import { type Camera, type Ray, Vector3 } from "three";
import type { Pick } from "../app";
import { BRUTE, speciesNumber } from "../creatures";
import { isCreature } from "../names";
import type { Actors } from "./actors";
import { groundAt, type Relief } from "./relief";

/** How near the pointer must be to an agent that is drawn small [px]. */
const REACH = 13;
const HEIGHT = 1.05;
const CHICKEN = speciesNumber("chicken");
const [SMALL, TALL] = [0.6, 1.36];
const STEP = 0.1;

export interface Screen {
  camera: Camera;
  /** CSS pixels. */
  width: number;
  height: number;
  tilePixels: number;
}

/** Where a point of the scene is seen [CSS px], and how far away it is; null behind the camera. */
export function onScreen(screen: Screen, x: number, y: number, z: number) {
  const place = new Vector3(x, y, z);
  const distance = place.distanceTo(new Vector3().setFromMatrixPosition(screen.camera.matrixWorld));
  place.project(screen.camera);
  if (place.z > 1) return null;
  return { x: ((place.x + 1) / 2) * screen.width, y: ((1 - place.y) / 2) * screen.height, distance };
}

/** The factor by which far figures are drawn larger; shaders/actors.glsl has the same. */
export function figureScale(pixelsPerTile: number): number {
  const t = Math.min(Math.max((pixelsPerTile - 5) / 4, 0), 1);
  const least = 9 + 6 * t * t * (3 - 2 * t);
  return Math.min(Math.max(least / pixelsPerTile, 1), 10);
}

/** Who is under a point, an agent or a creature; of several the one whose middle is nearest. */
export function pickActor(screen: Screen, actors: Actors, alpha: number, x: number, y: number): number | null {
  let best: { id: number; off: number } | null = null;
  for (const [row, id] of actors.alive()) {
    const [ax, ay, az] = actors.position(row, alpha);
    const foot = onScreen(screen, ax, ay, az);
    if (!foot) continue;
    const pixels = screen.tilePixels / foot.distance;
    const species = actors.speciesOf(row);
    const tall = (species === CHICKEN ? SMALL : species === BRUTE ? TALL : HEIGHT) * figureScale(pixels);
    const middle = onScreen(screen, ax, ay + tall / 2, az) ?? foot;
    const [reachX, reachY] = [Math.max(0.3 * tall * pixels, REACH), Math.max(0.5 * tall * pixels, REACH)];
    const off = Math.hypot((x - middle.x) / reachX, (y - middle.y) / reachY);
    if (off < 1 && (!best || off < best.off)) best = { id, off };
  }
  return best?.id ?? null;
}

/** The tile that a ray meets first; null beside the map. */
export function pickTile(ray: Ray, relief: Relief): { row: number; col: number } | null {
  const far = relief.side * 8 + 100;
  const start = Math.max((4 - ray.origin.y) / Math.min(ray.direction.y, -1e-4), 0);
  let step = STEP;
  for (let t = start; t < start + far; t += step) {
    const [x, y, z] = [0, 1, 2].map((axis) => ray.origin.getComponent(axis) + t * ray.direction.getComponent(axis));
    const inside = x >= 0 && z >= 0 && x < relief.side && z < relief.side;
    if (inside && y <= groundAt(relief, x, z)) return { row: Math.floor(z), col: Math.floor(x) };
    if (y < -2) return null;
    step = Math.max(STEP, (y - 4) * 0.5);
  }
  return null;
}

export function pickAt(
  screen: Screen,
  ray: Ray,
  world: { actors: Actors; relief: Relief; alpha: number },
  x: number,
  y: number,
): Pick | null {
  const tile = pickTile(ray, world.relief);
  const id = pickActor(screen, world.actors, world.alpha, x, y);
  if (!tile && id === null) return null;
  const who = id !== null && isCreature(id) ? { agent: null, creature: id } : { agent: id, creature: null };
  return { ...who, row: tile?.row ?? -1, col: tile?.col ?? -1 };
}
