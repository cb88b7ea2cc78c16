import { describe, expect, it } from "vitest";
import { bearing, count, percent, short, times, whole } from "./format";

describe("numbers", () => {
  it("are grouped", () => expect(whole(1234567)).toBe("1,234,567"));

  it.each([
    [0, "0"],
    [0.0042, "0.004"],
    [0.25, "0.25"],
    [2.5, "2.5"],
    [42.317, "42.3"],
    [1234.5, "1,235"],
    [1_250_000, "1.25M"],
    [-3, "-3"],
    [Number.NaN, "–"],
  ])("%d is short as %s", (value, text) => expect(short(value)).toBe(text));

  it("tells what is little from nothing", () => {
    expect([percent(0), percent(0.004), percent(0.345), percent(1)]).toEqual(["0 %", "<1 %", "35 %", "100 %"]);
  });

  it("names speeds without idle zeros", () => {
    expect([times(0.25), times(1), times(16), times(0.1)]).toEqual(["0.25×", "1×", "16×", "0.1×"]);
  });

  it("minds the plural", () => expect([count(1, "tick"), count(0, "tick")]).toEqual(["1 tick", "0 ticks"]));
});

describe("directions", () => {
  it.each([
    [-2, 1, "2 north, 1 east"],
    [3, 0, "3 south"],
    [0, -1, "1 west"],
    [0, 0, "here"],
  ])("(%d, %d) is %s", (rows, cols, text) => expect(bearing(rows, cols)).toBe(text));
});
