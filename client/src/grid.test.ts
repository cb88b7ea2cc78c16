import { describe, expect, it } from "vitest";
import { decodeGrid, type GridInfo, gridPosition } from "./grid";

const info: GridInfo = {
  name: "value",
  population: 1,
  tick: 9,
  rows: 2,
  cols: 3,
  origin: [4, 5],
  low: -1,
  high: 3,
  unit: "ticks",
  legend: "Value",
  scale: "linear",
  diverging: false,
};

function encode(values: number[], about: GridInfo = info): ArrayBuffer {
  let json = JSON.stringify(about);
  json = json.padEnd(Math.ceil(json.length / 8) * 8);
  const size = 16 + json.length + 4 * values.length;
  const bytes = new Uint8Array(size);
  bytes.set(new TextEncoder().encode("NMO1"));
  new Uint32Array(bytes.buffer).set([size, json.length, 0], 1);
  bytes.set(new TextEncoder().encode(json), 16);
  new Float32Array(bytes.buffer, 16 + json.length).set(values);
  return bytes.buffer;
}

describe("decodeGrid", () => {
  it("reads the numbers and what they are", () => {
    const grid = decodeGrid(encode([0, 1, 2, Number.NaN, -1, 3]));
    expect([...grid.values]).toEqual([0, 1, 2, Number.NaN, -1, 3]);
    expect([grid.name, grid.origin, grid.rows, grid.cols]).toEqual(["value", [4, 5], 2, 3]);
  });
  it("refuses a message that is cut or lacks numbers", () => {
    expect(() => decodeGrid(encode([0, 1, 2, 3, 4, 5]).slice(0, 60))).toThrow("cut short");
    expect(() => decodeGrid(encode([0, 1]))).toThrow("lacks numbers");
  });
});

describe("gridPosition", () => {
  it("is linear from low to high", () => {
    expect([-1, 1, 3, 7, -5].map((value) => gridPosition(info, value))).toEqual([0, 0.5, 1, 1, 0]);
  });
  it("has 0 in the middle of a diverging grid, whichever end reaches further", () => {
    const diverging = { ...info, diverging: true };
    expect([0, 3, -3, -1.5].map((value) => gridPosition(diverging, value))).toEqual([0.5, 1, 0, 0.25]);
  });
  it("spreads small numbers on a logarithmic grid", () => {
    const log = { ...info, scale: "log" as const, low: 0, high: 99 };
    expect(gridPosition(log, 0)).toBe(0);
    expect(gridPosition(log, 9)).toBeCloseTo(0.5); // log 10 of log 100
    expect(gridPosition(log, 99)).toBe(1);
  });
  it("has no place for nothing", () => expect(gridPosition(info, Number.NaN)).toBeNaN());
  it("survives a grid that is the same everywhere", () =>
    expect(gridPosition({ ...info, low: 2, high: 2 }, 2)).toBe(0));
});
