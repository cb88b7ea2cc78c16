import { describe, expect, it } from "vitest";
import { type Box, declutter } from "./declutter";

const at = (...x: number[]) => x.map((middle): Box => ({ x: middle, y: 0, width: 40, height: 14 }));
const candidates = (tiles: number[], chosen: number[] = []) =>
  tiles.map((tile, row) => ({ row, tile, chosen: chosen.includes(row) }));

describe("declutter", () => {
  it("leaves out names that would lie over more important ones", () => {
    const boxes = at(0, 39, 79, 41);
    // The second is 39 px from the first, where 40 are needed; the third is free of the first, and the fourth of it,
    // but not of the third.
    const named = declutter(
      candidates([1, 2, 3, 4]),
      () => 1,
      ({ row }) => boxes[row],
    );
    expect(named).toEqual([
      { row: 0, others: 0 },
      { row: 2, others: 0 },
    ]);
  });

  it("names one of a tile and says how many others stand there", () => {
    const boxes = at(0, 500, 1000);
    const named = declutter(
      candidates([7, 7, 8]),
      (tile) => (tile === 7 ? 3 : 1),
      ({ row }) => boxes[row],
    );
    expect(named).toEqual([
      { row: 0, others: 2 },
      { row: 2, others: 0 },
    ]);
  });

  it("always names who is chosen, but counts a tile once", () => {
    const boxes = at(0, 1);
    expect(
      declutter(
        candidates([7, 7], [0, 1]),
        () => 2,
        ({ row }) => boxes[row],
      ),
    ).toEqual([
      { row: 0, others: 1 },
      { row: 1, others: 0 },
    ]);
  });

  it("leaves out who is not seen", () =>
    expect(
      declutter(
        candidates([1]),
        () => 1,
        () => null,
      ),
    ).toEqual([]));
});
