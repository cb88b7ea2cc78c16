/** Smooth noise that repeats, as a table: the same numbers shape the ground here and colour it on the GPU. */

export const NOISE_SIZE = 256;

/** A small fast generator of numbers in [0, 1) (mulberry32, public domain, by Tommy Ettinger). */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Value noise of several octaves on a torus, [size · size], stretched to 0 .. 1. */
export function noiseTable(seed: number, cells: number, octaves: number, size = NOISE_SIZE): Float32Array {
  const table = new Float32Array(size * size);
  const draw = random(seed);
  for (let octave = 0, grid = cells, weight = 1; octave < octaves; octave++, grid *= 2, weight *= 0.5) {
    addOctave(table, size, grid, weight, draw);
  }
  return stretch(table);
}

function addOctave(table: Float32Array, size: number, grid: number, weight: number, draw: () => number): void {
  const lattice = Float32Array.from({ length: grid * grid }, draw);
  const step = grid / size;
  for (let row = 0; row < size; row++) {
    for (let col = 0; col < size; col++) {
      table[row * size + col] += weight * bilinear(lattice, grid, col * step, row * step, fade);
    }
  }
}

/** The value of a repeating table between its points, blended by `weight` of the fraction. */
export function bilinear(table: Float32Array, size: number, x: number, y: number, weight = (t: number) => t): number {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const [u, v] = [weight(x - left), weight(y - top)];
  const [c0, r0] = [wrap(left, size), wrap(top, size)];
  const [c1, r1] = [c0 + 1 === size ? 0 : c0 + 1, r0 + 1 === size ? 0 : r0 + 1];
  const upper = table[r0 * size + c0] * (1 - u) + table[r0 * size + c1] * u;
  const lower = table[r1 * size + c0] * (1 - u) + table[r1 * size + c1] * u;
  return upper * (1 - v) + lower * v;
}

function fade(t: number): number {
  return t * t * (3 - 2 * t);
}

function wrap(value: number, size: number): number {
  return ((value % size) + size) % size;
}

function stretch(table: Float32Array): Float32Array {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of table) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return table.map((value) => (value - low) / (high - low || 1));
}
