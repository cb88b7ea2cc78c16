import { describe, expect, it } from "vitest";
import { clockAt, TileTexture } from "./tiles";

const change = (place: number, material: number) => ({
  index: Uint32Array.of(place),
  material: Uint8Array.of(material),
});

describe("TileTexture", () => {
  it("remembers what a tile was and when it changed", () => {
    const tiles = new TileTexture(2);
    tiles.fill(Uint8Array.of(0, 1, 2, 4));
    expect(tiles.read(3)).toEqual([4, 4, 0]);
    tiles.change(change(3, 3), 100);
    expect(tiles.read(3)).toEqual([3, 4, 1600]); // sixteenths of a second
    expect(tiles.read(2)).toEqual([2, 2, 0]);
  });
  it("forgets a change that is long over, so that it is not played again when the clock comes round", () => {
    const tiles = new TileTexture(2);
    tiles.fill(Uint8Array.of(4, 4, 4, 4));
    tiles.change(change(0, 3), 10);
    tiles.change(change(1, 3), 14);
    expect(tiles.read(0)[1]).toBe(4);
    tiles.change(change(2, 3), 17);
    expect([0, 1, 2].map((place) => tiles.read(place)[1])).toEqual([3, 4, 4]);
  });
  it("lets a tile that changes again grow from what it was last", () => {
    const tiles = new TileTexture(2);
    tiles.fill(Uint8Array.of(4, 4, 4, 4));
    tiles.change(change(0, 3), 10);
    tiles.change(change(0, 4), 12);
    tiles.change(change(1, 3), 17); // the first change is over, the second is not
    expect(tiles.read(0).slice(0, 2)).toEqual([4, 3]);
  });
});

describe("clockAt", () => {
  it("comes round after 2,048 seconds", () => expect([clockAt(2047.99), clockAt(2048.1)]).toEqual([32767, 1]));
});
