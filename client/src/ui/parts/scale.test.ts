import { describe, expect, it } from "vitest";
import { type GridInfo, gridPosition } from "../../grid";
import { gridValue, legendTicks, roundUp, valueAt } from "./scale";

const info = (parts: Partial<GridInfo>): GridInfo => ({
  name: "visits",
  population: 0,
  tick: 1,
  rows: 2,
  cols: 2,
  origin: [0, 0],
  low: 0,
  high: 10,
  unit: "ticks",
  legend: "",
  scale: "linear",
  diverging: false,
  ...parts,
});

describe("roundUp", () => {
  it.each([
    [0, 1],
    [1, 1],
    [3, 5],
    [96, 100],
    [100, 100],
    [101, 200],
    [4096, 5000],
  ])("%d is below %d", (value, top) => expect(roundUp(value)).toBe(top));
});

describe("valueAt", () => {
  it.each([
    info({}),
    info({ low: -4, high: 3, diverging: true }),
    info({ low: 0, high: 3000, scale: "log" }),
    info({ low: 2, high: 90, scale: "log" }),
  ])("is the inverse of the colour scale of %o", (grid) => {
    for (const at of [0, 0.25, 0.5, 1]) expect(gridPosition(grid, valueAt(grid, at))).toBeCloseTo(at, 10);
  });
});

describe("legendTicks", () => {
  it("has zero in the middle of a diverging scale", () => {
    const ticks = legendTicks(info({ low: -4, high: 3, diverging: true }));
    expect(ticks.map(({ text }) => text)).toEqual(["-4", "0", "4"]);
  });
  it("has one number where all are the same", () => {
    expect(legendTicks(info({ low: 7, high: 7 }))).toEqual([{ at: 0, text: "7" }]);
  });
});

describe("gridValue", () => {
  const grid = { ...info({ origin: [10, 20] }), values: Float32Array.of(0, 5, Number.NaN, 10) };
  it("finds the tile under its origin", () => expect(gridValue(grid, 10, 21)).toEqual({ value: 5, at: 0.5 }));
  it("is null where nothing is", () => expect(gridValue(grid, 11, 20)).toBeNull());
  it("is null beside the grid", () => {
    expect(gridValue(grid, 9, 20)).toBeNull();
    expect(gridValue(grid, 10, 22)).toBeNull();
  });
});
