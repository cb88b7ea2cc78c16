import { describe, expect, it } from "vitest";
import { FarMap, paintTile } from "./farMap";

const [LAVA, WATER, GRASS, SCRUB, FOREST] = [0, 1, 2, 3, 4];

function farColour(plane: Uint8Array, side: number, place: number): number[] {
  const image = new Uint8Array(4 * plane.length);
  paintTile(image, plane, side, place);
  return [...image.subarray(4 * place, 4 * place + 3)];
}

describe("the map from afar", () => {
  it("has the colour of what a tile is", () => {
    const [red, green, blue] = farColour(Uint8Array.of(FOREST), 1, 0);
    expect(green).toBeGreaterThan(Math.max(red, blue));
    const [, , waterBlue] = farColour(new Uint8Array(9).fill(WATER), 3, 4);
    expect(waterBlue).toBeGreaterThan(150);
  });

  it("shows the sand of shores in waters beside land", () => {
    const lake = new Uint8Array(25).fill(WATER);
    const shore = lake.map((material, place) => (place === 11 ? GRASS : material));
    expect(farColour(shore, 5, 12)[0]).toBeGreaterThan(farColour(lake, 5, 12)[0] + 10);
    expect(farColour(lake, 5, 0)).toEqual(farColour(shore, 5, 0)); // neither the edge of the map nor a tile farther off
  });

  it("follows what changes, and tells lava from land", () => {
    const plane = Uint8Array.of(LAVA, FOREST, GRASS, GRASS);
    const map = new FarMap(2);
    map.fill(plane);
    const texel = (place: number) => [...(map.texture.image.data as Uint8Array).subarray(4 * place, 4 * place + 4)];
    expect(texel(0)[3]).toBe(0);
    expect(texel(1)).toEqual([...farColour(plane, 2, 1), 255]);
    const before = texel(1);
    plane[1] = SCRUB;
    map.change(plane, Uint32Array.of(1));
    expect(texel(1)).not.toEqual(before);
  });

  it("is handed to the GPU only when it has changed", () => {
    const map = new FarMap(2);
    map.refresh();
    const { version } = map.texture;
    map.refresh();
    expect(map.texture.version).toBe(version);
    map.change(Uint8Array.of(0, 0, 0, 0), Uint32Array.of(3));
    map.refresh();
    expect(map.texture.version).toBe(version + 1);
  });
});
