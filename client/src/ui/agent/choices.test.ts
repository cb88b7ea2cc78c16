import { describe, expect, it } from "vitest";

import { agentName } from "../../names";
import { linesOf, rowText } from "./choices";

const STALLS = {
  name: "stalls",
  meaning: "what is for sale",
  columns: [
    { name: "strength", unit: "points", meaning: "how strong it is" },
    { name: "in_stock", unit: "", meaning: "how many there are" },
  ],
  rows: [
    [1, 0],
    [3, 2],
  ],
};

describe("the options of a choice from outside", () => {
  it("are all shown in their order if they are few", () => {
    const options = [
      { name: "nothing", odds: 0.25 },
      { name: "stall_1", odds: 0.5, row: 1 },
      { name: "entry_1", odds: 0.25, agent: 7 },
    ];
    const lines = linesOf({ name: "buy", meaning: "", of: "stalls", options }, [STALLS]);
    expect(lines).toEqual([
      { name: "Nothing", odds: 0.25 },
      { name: "Stall 1: strength 3 points, in stock 2", odds: 0.5 },
      { name: agentName(7), odds: 0.25 },
    ]);
  });

  it("are the likeliest and the sum of the others if they are many", () => {
    const odds = [0.0625, 0.5, 0.0625, 0.125, 0.0625, 0.0625, 0.125];
    const options = odds.map((share, i) => ({ name: `row_${i}`, odds: share }));
    const lines = linesOf({ name: "buy", meaning: "", of: "", options }, []);
    expect(lines.map(({ name }) => name)).toEqual(["Row 1", "Row 3", "Row 6", "Row 0", "Row 2", "2 others"]);
    expect(lines.map((line) => line.odds)).toEqual([0.5, 0.125, 0.125, 0.0625, 0.0625, 0.125]);
  });
});

it("a row is told with the units of its columns", () => {
  expect(rowText(STALLS, 0)).toBe("strength 1 point, in stock 0");
});
