/** The shape of the ground: heights between and within tiles, with the light that falls on them, from a map. */

import { bilinear, NOISE_SIZE, noiseTable } from "./noise";

/** Ids of materials, as in frames. */
export const LAVA = 0;
export const WATER = 1;
export const GRASS = 2;
export const SCRUB = 3;
export const FOREST = 4;
export const STONE = 5;
export const OREROCK = 6;

/** Surface of water and lava [tiles]. The ground below it is their bed. */
export const FLUID_LEVEL = -0.17;

/** Towards the sun: west-north-west, halfway up; x east, y up, z south. */
export const SUN: readonly [number, number, number] = [-0.58, 0.58, -0.43];

/** A height field: `samples` points a tile and axis, `size` = side · samples + 1 points a row. */
export interface Relief {
  side: number;
  samples: number;
  size: number;
  heights: Float32Array;
  /** For each point the normal's x and z, the light that reaches it, and its height in -1 .. 1, as bytes. */
  surface: Uint8Array;
}

const DEEPEST = 6;
const ROUGH = 1 / 7;
const WARP = 0.2;
/** How much of a tile's edge the slope to its neighbour takes: half of this on either side. */
const SLOPE = 0.62;

/** Finer for small maps, so that few have more than about a million points. */
export function samplesFor(side: number): number {
  return side <= 160 ? 4 : side <= 640 ? 2 : 1;
}

/**
 * What of a map decides its shape: all but whether a forest stands. Heights must be built anew when this differs.
 */
export function sameShape(a: Uint8Array, b: Uint8Array, raised: readonly number[] = []): boolean {
  return a.length === b.length && a.every((material, i) => solid(material, raised) === solid(b[i], raised));
}

/** Whether two materials lie on ground of about one height, so that one may become the other without a new relief. */
export function sameLevel(one: number, other: number, raised: readonly number[]): boolean {
  const level = (material: number) =>
    material === OREROCK ? STONE : UNEVEN.includes(material) || raised[material] ? material : GRASS;
  return level(one) === level(other);
}

const UNEVEN = [LAVA, WATER, STONE];

function solid(material: number, raised: readonly number[]): number {
  if (material === OREROCK) return STONE; // a rock keeps its shape when its ore is taken
  return material === SCRUB || (material > OREROCK && !raised[material]) ? FOREST : material;
}

/** @param raised by material, how far the ground of those lies up that are not ours [tiles]. */
export function buildRelief(
  plane: Uint8Array,
  side: number,
  samples = samplesFor(side),
  raised: readonly number[] = [],
): Relief {
  const size = side * samples + 1;
  const heights = fieldHeights(tileHeights(plane, side, raised), plane, side, samples, size);
  return { side, samples, size, heights, surface: light(heights, size, samples) };
}

/** Lava that is shown around what lies within it [tiles]. */
const SHORE = 2;

/** The square about all that is not lava: its middle, and its size with some of the lava around. */
export function heartOf(plane: Uint8Array, side: number): { row: number; col: number; size: number } {
  let [north, south, west, east] = [side, -1, side, -1];
  plane.forEach((material, place) => {
    if (material === LAVA) return;
    const [row, col] = [Math.floor(place / side), place % side];
    [north, south] = [Math.min(north, row), Math.max(south, row)];
    [west, east] = [Math.min(west, col), Math.max(east, col)];
  });
  if (south < 0) return { row: side / 2, col: side / 2, size: side };
  const size = Math.min(Math.max(south - north, east - west) + 1 + 2 * SHORE, side);
  return { row: (north + south + 1) / 2, col: (west + east + 1) / 2, size };
}

/** Height of the ground in the middle of each tile; rocks rise and waters fall away from their shores. */
function tileHeights(plane: Uint8Array, side: number, raised: readonly number[]): Float32Array {
  const inland = (...kinds: number[]) => distanceInto(plane, side, (material) => kinds.includes(material));
  const rock = inland(STONE, OREROCK);
  const deep = inland(WATER, LAVA);
  return Float32Array.from(plane, (material, i) => {
    if (material === WATER) return -0.34 - 0.1 * deep[i];
    if (material === LAVA) return -0.4;
    if (material === STONE || material === OREROCK) return 0.55 + 0.36 * rock[i];
    return material === GRASS ? 0.05 : 0.09 + (raised[material] ?? 0);
  });
}

/** For each tile how many steps (of 8 neighbours) lead out of the kind that `inside` names, at most DEEPEST. */
export function distanceInto(plane: Uint8Array, side: number, inside: (material: number) => boolean): Uint8Array {
  const distance = new Uint8Array(plane.length);
  let ring: number[] = [];
  for (let level = 1; level <= DEEPEST; level++) {
    ring = [];
    for (let place = 0; place < plane.length; place++) {
      if (!inside(plane[place]) || distance[place] < level - 1) continue;
      if (level === 1 || !touches(distance, side, place, level - 1)) ring.push(place);
    }
    for (const place of ring) distance[place] = level;
    if (!ring.length) break;
  }
  return distance;
}

function touches(distance: Uint8Array, side: number, place: number, below: number): boolean {
  const [row, col] = [Math.floor(place / side), place % side];
  for (let r = Math.max(row - 1, 0); r <= Math.min(row + 1, side - 1); r++) {
    for (let c = Math.max(col - 1, 0); c <= Math.min(col + 1, side - 1); c++) {
      if (distance[r * side + c] < below) return true;
    }
  }
  return false;
}

function fieldHeights(
  tiles: Float32Array,
  plane: Uint8Array,
  side: number,
  samples: number,
  size: number,
): Float32Array {
  const noise = noiseTable(11, 8, 5);
  const heights = new Float32Array(size * size);
  for (let j = 0; j < size; j++) {
    for (let i = 0; i < size; i++) {
      const [x, z] = [i / samples, j / samples];
      const coarse = bilinear(noise, NOISE_SIZE, x * 3.1, z * 3.1) - 0.5;
      const fine = bilinear(noise, NOISE_SIZE, x * 11.3 + 91, z * 11.3 + 37) - 0.5;
      const base = blend(tiles, side, x + WARP * coarse * 2, z + WARP * fine * 2);
      const place = tileAt(side, z) * side + tileAt(side, x);
      const rough =
        plane[place] === STONE || plane[place] === OREROCK
          ? 0.4 * coarse + 0.55 * fine + 0.16 * (jag(i, j) - 0.5)
          : ROUGH * coarse + 0.05 * fine;
      heights[j * size + i] = base + (base > FLUID_LEVEL ? rough * Math.min(1, 4 * (base - FLUID_LEVEL)) : 0);
    }
  }
  return heights;
}

/** A number of its own for each point, 0 .. 1, so that rocks have edges. */
function jag(i: number, j: number): number {
  let mixed = Math.imul(i ^ Math.imul(j, 0x9e3779b1), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 4294967296;
}

function tileAt(side: number, x: number): number {
  return Math.min(Math.max(Math.floor(x), 0), side - 1);
}

/** The heights of the four nearest tiles' middles, each holding most of its tile before it slopes to the next. */
function blend(tiles: Float32Array, side: number, x: number, z: number): number {
  const [left, top] = [Math.floor(x - 0.5), Math.floor(z - 0.5)];
  const [u, v] = [ease(x - 0.5 - left), ease(z - 0.5 - top)];
  const [c0, c1] = [tileAt(side, left), tileAt(side, left + 1)];
  const [r0, r1] = [tileAt(side, top) * side, tileAt(side, top + 1) * side];
  const upper = tiles[r0 + c0] * (1 - u) + tiles[r0 + c1] * u;
  return upper * (1 - v) + (tiles[r1 + c0] * (1 - u) + tiles[r1 + c1] * u) * v;
}

function ease(t: number): number {
  const s = Math.min(Math.max((t - 0.5) / SLOPE + 0.5, 0), 1);
  return s * s * (3 - 2 * s);
}

const HORIZON_STEPS = 14;

function light(heights: Float32Array, size: number, samples: number): Uint8Array {
  const surface = new Uint8Array(size * size * 4);
  const at = (i: number, j: number) => Math.max(heights[clampIndex(j, size) * size + clampIndex(i, size)], FLUID_LEVEL);
  for (let j = 0; j < size; j++) {
    for (let i = 0; i < size; i++) {
      const here = at(i, j);
      const [dx, dz] = [((at(i - 1, j) - at(i + 1, j)) * samples) / 2, ((at(i, j - 1) - at(i, j + 1)) * samples) / 2];
      const length = Math.hypot(dx, 1, dz);
      const around = (at(i - samples, j) + at(i + samples, j) + at(i, j - samples) + at(i, j + samples)) / 4;
      const open = 1 - 0.45 * Math.min(Math.max(around - here, 0), 1);
      const to = (j * size + i) * 4;
      surface[to] = toByte(0.5 + (0.5 * dx) / length);
      surface[to + 1] = toByte(0.5 + (0.5 * dz) / length);
      surface[to + 2] = toByte(open * sunlight(at, i, j, samples));
      surface[to + 3] = toByte(0.5 + 0.5 * heights[j * size + i]);
    }
  }
  return surface;
}

/** 1 in the sun, less in the shadow of what stands between. */
function sunlight(at: (i: number, j: number) => number, i: number, j: number, samples: number): number {
  const flat = Math.hypot(SUN[0], SUN[2]);
  const rise = SUN[1] / flat;
  let hidden = 0;
  const here = at(i, j);
  for (let step = 1; step <= HORIZON_STEPS; step++) {
    const far = (step * step) / 26 + 0.2 * step;
    const over = at(Math.round(i + (SUN[0] / flat) * far * samples), Math.round(j + (SUN[2] / flat) * far * samples));
    hidden = Math.max(hidden, (over - here - far * rise) / (0.15 + 0.12 * far));
  }
  return 1 - 0.62 * Math.min(hidden, 1);
}

function clampIndex(i: number, size: number): number {
  return i < 0 ? 0 : i >= size ? size - 1 : i;
}

function toByte(x: number): number {
  return Math.round(255 * Math.min(Math.max(x, 0), 1));
}

/** Height of what one stands on or sees at a point; beside the map, the height of its edge. */
export function groundAt(relief: Relief, x: number, z: number): number {
  const { size, samples, heights } = relief;
  const [u, v] = [clampTo(x * samples, size - 1), clampTo(z * samples, size - 1)];
  const [i, j] = [Math.min(Math.floor(u), size - 2), Math.min(Math.floor(v), size - 2)];
  const [a, b] = [u - i, v - j];
  const upper = heights[j * size + i] * (1 - a) + heights[j * size + i + 1] * a;
  const lower = heights[(j + 1) * size + i] * (1 - a) + heights[(j + 1) * size + i + 1] * a;
  return Math.max(upper * (1 - b) + lower * b, FLUID_LEVEL);
}

function clampTo(x: number, high: number): number {
  return Math.min(Math.max(x, 0), high);
}
