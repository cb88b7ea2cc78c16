import { describe, expect, it } from "vitest";
import { binned } from "./marks";

describe("binned", () => {
  const history = {
    type: "history" as const,
    tick: [10, 12, 14, 20],
    counts: [
      [1, 2],
      [3, 2],
      [0, 1],
      [4, 4],
    ],
    births: [0, 2, 0, 5],
    deaths: [0, 0, 4, 0],
    kills: [0, 1, 3, 0],
    whole: false,
  };

  it("counts events a tick and takes the most that lived; of what is not known it says nothing", () => {
    // Ticks 10 to 20 in two halves: 10, 12 and 14; 20. Of four quarters, the third (15 to 17) has no sample.
    expect(binned(history, [10, 20], 2)).toEqual([
      { living: 5, births: 2 / 4, kills: 4 / 4 },
      { living: 8, births: 5 / 6, kills: 0 },
    ]);
    expect(binned(history, [10, 20], 4)[2]).toEqual({ living: Number.NaN, births: 0, kills: 0 });
  });

  it("does with a replay of one tick", () => {
    expect(binned({ ...history, tick: [10], counts: [[1]] }, [10, 10], 3)[0].living).toBe(1);
  });
});
