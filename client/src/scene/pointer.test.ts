import { describe, expect, it } from "vitest";
import { nextOnTile, tileMates } from "./pointer";

const frame = {
  count: 4,
  agents: { id: Uint32Array.of(9, 4, 7, 5), row: Uint16Array.of(2, 2, 2, 3), col: Uint16Array.of(6, 6, 6, 6) },
};

describe("clicks on a tile with several", () => {
  it("share it by place", () => {
    expect(tileMates(frame, 9)).toEqual([4, 7, 9]);
    expect(tileMates(frame, 5)).toEqual([5]);
    expect(tileMates(frame, 1)).toEqual([]);
  });
  it("go around in the order of ids", () => {
    expect([4, 7, 9].map((chosen) => nextOnTile(frame, chosen, 9))).toEqual([7, 9, 4]);
  });
  it("choose whom they hit where nobody of the tile is chosen, and nobody beside", () => {
    expect(nextOnTile(frame, 5, 9)).toBe(9);
    expect(nextOnTile(frame, null, 9)).toBe(9);
    expect(nextOnTile(frame, 4, null)).toBeNull();
  });
});
