import { describe, expect, it } from "vitest";
import { buildRelief, distanceInto, FLUID_LEVEL, groundAt, heartOf, sameShape } from "./relief";

/** A map from a drawing: lava, water, grass, scrub, forest and stone by their first letters. */
function draw(...rows: string[]): { plane: Uint8Array; side: number } {
  return { plane: Uint8Array.from(rows.join(""), (letter) => "lwgcfs".indexOf(letter)), side: rows.length };
}

describe("distanceInto", () => {
  it("counts steps, diagonal ones too, to where the kind ends", () => {
    const { plane, side } = draw("ggggg", "gsssg", "gsssg", "gsssg", "ggggg");
    const distance = distanceInto(plane, side, (material) => material === 5);
    expect([...distance.subarray(5, 10)]).toEqual([0, 1, 1, 1, 0]);
    expect([...distance.subarray(10, 15)]).toEqual([0, 1, 2, 1, 0]);
  });
});

describe("buildRelief", () => {
  const { plane, side } = draw("gggggg", "gggggg", "ggwwgg", "ggwwss", "ggggss", "ggggss");
  const relief = buildRelief(plane, side, 4);
  const at = (row: number, col: number) => groundAt(relief, col + 0.5, row + 0.5);

  it("has its points at the corners of tiles and between", () => {
    expect([relief.size, relief.heights.length, relief.surface.length]).toEqual([25, 625, 2500]);
  });
  it("puts rocks above grass, grass above water, and water at its level", () => {
    expect(at(4, 5)).toBeGreaterThan(at(0, 0) + 0.3);
    expect(at(0, 0)).toBeGreaterThan(FLUID_LEVEL);
    expect(at(2, 2)).toBe(FLUID_LEVEL);
  });
  it("is the same each time", () => {
    expect(buildRelief(plane, side, 4).heights).toEqual(relief.heights);
  });
  it("is darker behind a rock, away from the sun, than in the open", () => {
    const { plane: tower, side: wide } = draw(...Array(9).fill("ggggggggg"));
    for (const row of [3, 4, 5]) for (const col of [3, 4, 5]) tower[row * wide + col] = 5;
    const lit = buildRelief(tower, wide, 4);
    const light = (row: number, col: number) => {
      const points = Array.from({ length: 16 }, (_, k) => (row * 4 + (k >> 2)) * lit.size + col * 4 + (k & 3));
      return points.reduce((sum, point) => sum + lit.surface[4 * point + 2], 0) / 16;
    };
    // The sun stands in the north-west.
    expect(light(6, 5) + light(5, 6)).toBeLessThan(light(2, 3) + light(3, 2) - 40);
  });
  it("ends at the edge of the map, and goes on flat beside it", () => {
    expect(groundAt(relief, -5, -5)).toBe(groundAt(relief, 0, 0));
  });
});

describe("heartOf", () => {
  it("is the middle of what is not lava, with some lava around", () => {
    const plane = new Uint8Array(400);
    for (let row = 6; row < 12; row++) for (let col = 8; col < 12; col++) plane[row * 20 + col] = 2;
    expect(heartOf(plane, 20)).toEqual({ row: 9, col: 10, size: 10 }); // 6 rows and 2 on either side
  });
  it("is the whole map where there is no lava, or nothing else", () => {
    for (const material of [0, 2]) {
      expect(heartOf(new Uint8Array(16).fill(material), 4)).toEqual({ row: 2, col: 2, size: 4 });
    }
  });
});

describe("sameShape", () => {
  it("does not mind what is harvested, and minds all else", () => {
    const { plane } = draw("gf", "cw");
    expect(sameShape(plane, draw("gc", "fw").plane)).toBe(true);
    expect(sameShape(plane, draw("gf", "cl").plane)).toBe(false);
    expect(sameShape(plane, plane.subarray(1))).toBe(false);
  });
});
