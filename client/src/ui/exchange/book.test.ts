import { describe, expect, it } from "vitest";
import type { KindReport } from "../../society";
import { gathered, levels, meanPrices, quote, traded } from "./book";

const PRICES = [1, 2, 3, 5];
const kind = (more: Partial<KindReport>): KindReport => ({ kind: "shrimp", last: 0, units: [], gold: [], ...more });

describe("a book of the exchange", () => {
  it("tells the highest price to sell at, the lowest to buy at, and the last", () => {
    const waiting = kind({ buy: [4, 1, 0, 0], sell: [0, 0, 0, 2], last: 3 });
    expect(quote(waiting, PRICES)).toEqual({ bid: 2, ask: 5, last: 3 });
    expect(quote(kind({ buy: [0, 0, 0, 0], sell: [0, 0, 0, 0] }), PRICES)).toEqual({
      bid: null,
      ask: null,
      last: null,
    });
    expect(quote(kind({ last: 5 }), PRICES)).toEqual({ bid: null, ask: null, last: 5 });
  });

  it("lists the prices at which anybody waits, the highest first", () => {
    expect(levels(kind({ buy: [4, 0, 0, 0], sell: [0, 0, 1, 2] }), PRICES)).toEqual([
      { price: 5, buy: 0, sell: 2 },
      { price: 3, buy: 0, sell: 1 },
      { price: 1, buy: 4, sell: 0 },
    ]);
    expect(levels(kind({}), PRICES)).toEqual([]);
  });

  it("knows whether anybody trades a kind, or wants to", () => {
    expect(traded(kind({ units: [0, 0], buy: [0], sell: [0] }))).toBe(false);
    expect(traded(kind({ units: [0, 1] }))).toBe(true);
    expect(traded(kind({ buy: [0, 1] }))).toBe(true);
    expect(traded(kind({ last: 2 }))).toBe(true);
  });

  it("tells the mean price of each span, and gathers spans into fewer bars", () => {
    expect(meanPrices({ units: [2, 0, 1], gold: [5, 0, 8] })).toEqual([2.5, null, 8]);
    expect(gathered([1, 2, 3, 4, 5], 2)).toEqual([6, 9]);
    expect(gathered([1, 2, 3, 4, 5], 8)).toEqual([1, 2, 3, 4, 5]);
    expect(gathered([], 8)).toEqual([]);
  });
});
