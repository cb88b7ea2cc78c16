import { describe, expect, it } from "vitest";
import { POPULATION_COLOURS, populationColour, rgb } from "./palette";

type Triple = [number, number, number];
type Matrix = [Triple, Triple, Triple];

/** What is left of linear light without one kind of cone (Machado, Oliveira and Fernandes 2009, severity 1). */
const EYES: Record<string, Matrix> = {
  full: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protan: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deutan: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritan: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};
/** Linear light to OKLab (Björn Ottosson 2020), in its two steps. */
const TO_CONES: Matrix = [
  [0.4122214708, 0.5363325363, 0.0514459929],
  [0.2119034982, 0.6806995451, 0.1073969566],
  [0.0883024619, 0.2817188376, 0.6299787005],
];
const TO_LAB: Matrix = [
  [0.2104542553, 0.793617785, -0.0040720468],
  [1.9779984951, -2.428592205, 0.4505937099],
  [0.0259040371, 0.7827717662, -0.808675766],
];

const times = (m: Matrix, v: number[]) => m.map((row) => row.reduce((sum, x, i) => sum + x * v[i], 0));
const linear = (c: number) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
const clamp = (x: number) => Math.min(Math.max(x, 0), 1);

function lab(hex: string, eye: Matrix): number[] {
  const seen = times(eye, rgb(hex).map(linear)).map(clamp);
  return times(TO_LAB, times(TO_CONES, seen).map(Math.cbrt));
}

/** The least distance of two colours of a list, over all kinds of eyes. */
function least(colours: readonly string[]): number {
  const distances = Object.values(EYES).flatMap((eye) => {
    const seen = colours.map((colour) => lab(colour, eye));
    return seen.flatMap((a, i) => seen.slice(0, i).map((b) => Math.hypot(...a.map((x, k) => x - b[k]))));
  });
  return Math.min(...distances);
}

describe("populationColour", () => {
  it.each([
    [4, 0.19],
    [8, 0.11],
    [12, 0.08],
  ])("keeps the first %i apart for all eyes, by at least %f", (count, distance) => {
    expect(least(POPULATION_COLOURS.slice(0, count))).toBeGreaterThan(distance);
  });
  it("stands out from grass", () => {
    for (const colour of POPULATION_COLOURS) expect(least([colour, "#7d9e56"])).toBeGreaterThan(0.08);
  });
  it("goes on beyond twelve without a repetition, and neighbours differ", () => {
    const colours = Array.from({ length: 64 }, (_, i) => populationColour(i));
    expect(new Set(colours).size).toBe(64);
    for (let i = 13; i < 64; i++) {
      const [a, b] = [lab(colours[i - 1], EYES.full), lab(colours[i], EYES.full)];
      expect(Math.hypot(...a.map((x, k) => x - b[k]))).toBeGreaterThan(0.15);
    }
  });
  it("writes colours as pages know them", () => {
    for (let i = 0; i < 40; i++) expect(populationColour(i)).toMatch(/^#[0-9a-f]{6}$/);
    expect(rgb("#ff8000")).toEqual([1, 128 / 255, 0]);
  });
});
