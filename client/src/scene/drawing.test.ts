import { describe, expect, it } from "vitest";
import { mapColour } from "../colormap";
import type { OverlayGrid } from "../grid";
import { layout } from "./glyphs";
import { bilinear, noiseTable, random } from "./noise";
import { gridBytes } from "./overlay";
import { Quality } from "./quality";
import { Typical } from "./stats";

describe("noise", () => {
  const table = noiseTable(5, 4, 3, 32);
  it("fills 0 .. 1 and repeats for the same seed", () => {
    expect([Math.min(...table), Math.max(...table)]).toEqual([0, 1]);
    expect(noiseTable(5, 4, 3, 32)).toEqual(table);
    expect(noiseTable(6, 4, 3, 32)).not.toEqual(table);
  });
  it("is a torus", () => {
    expect(bilinear(table, 32, 32.5, -0.25)).toBeCloseTo(bilinear(table, 32, 0.5, 31.75));
  });
  it("is a line between two points", () => {
    const [a, b] = [table[0], table[1]];
    expect(bilinear(table, 32, 0.25, 0)).toBeCloseTo(0.75 * a + 0.25 * b);
  });
  it("draws evenly", () => {
    const draw = random(9);
    const mean = Array.from({ length: 4000 }, draw).reduce((sum, x) => sum + x / 4000, 0);
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.02); // 4.4 standard deviations
  });
});

describe("gridBytes", () => {
  it("has a place on the scale for each number, and none for nothing", () => {
    const values = Float32Array.of(0, 5, 10, Number.NaN);
    const grid = { values, low: 0, high: 10, scale: "linear", diverging: false } as unknown as OverlayGrid;
    expect([...gridBytes(grid)]).toEqual([0, 255, 128, 255, 255, 255, 0, 0]);
  });
});

describe("mapColour", () => {
  const lightness = ([r, g, b]: number[]) => 0.2126 * r + 0.7152 * g + 0.0722 * b;
  it("grows lighter with the number on the plain scale", () => {
    const steps = Array.from({ length: 33 }, (_, i) => lightness(mapColour(i / 32, false)));
    expect([...steps].sort((a, b) => a - b)).toEqual(steps);
  });
  it("is lightest in the middle of the diverging scale, blue below and orange above", () => {
    const [low, middle, high] = [0.1, 0.5, 0.9].map((x) => mapColour(x, true));
    expect(lightness(middle)).toBeGreaterThan(Math.max(lightness(low), lightness(high)));
    expect(low[2]).toBeGreaterThan(low[0]);
    expect(high[0]).toBeGreaterThan(high[2]);
  });
  it("keeps to its ends", () => expect(mapColour(7, false)).toEqual(mapColour(1, false)));
});

describe("layout", () => {
  const glyph = (letter: string) =>
    letter === "?" ? undefined : { left: 0, top: 0, width: 10, height: 20, advance: letter === "i" ? 4 : 8 };
  it("centres a text and moves on by the width of each letter", () => {
    expect(layout("mi?m", glyph).map(({ x }) => x)).toEqual([-6, 0, 6]); // 8 + 4 + 8 = 20 wide
  });
});

describe("Quality", () => {
  const draw = (quality: Quality, pictures: number, took: number, from = 0) => {
    let changes = 0;
    for (let i = 0; i <= pictures; i++) changes += Number(quality.drawn(from + i * took));
    return changes;
  };
  it("keeps the best on a fast machine", () => {
    const quality = new Quality();
    expect(draw(quality, 500, 16)).toBe(0);
    expect(quality.level.name).toBe("high");
  });
  it("comes down step by step on a slow one, and no lower than the lowest", () => {
    const quality = new Quality();
    expect(draw(quality, 500, 60)).toBe(2);
    expect(quality.level.name).toBe("low");
  });
  it("does not mind a single long wait, as when the page was hidden", () => {
    const quality = new Quality();
    draw(quality, 30, 16);
    quality.drawn(60_000);
    expect(draw(quality, 100, 16, 60_016)).toBe(0);
  });
  it("leaves what a person chose", () => {
    const quality = new Quality();
    quality.choose("medium");
    expect(draw(quality, 500, 200)).toBe(0);
    expect(quality.level.name).toBe("medium");
  });
});

describe("Typical", () => {
  it("is the median of the last sixty", () => {
    const typical = new Typical();
    typical.add(1000);
    for (let i = 0; i < 60; i++) typical.add(2);
    expect(typical.add(50)).toBe(2);
  });
});
