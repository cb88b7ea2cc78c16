import { PerspectiveCamera, Raycaster, Vector2 } from "three";
import { describe, expect, it } from "vitest";
import { frame, source } from "../fixtures";
import { Actors } from "./actors";
import { figureScale, onScreen, pickActor, pickTile, type Screen } from "./picking";
import { buildRelief } from "./relief";

const first = frame("first");
const relief = buildRelief(first.plane.material, 4, 2);
const camera = new PerspectiveCamera(40, 2, 0.1, 100);
camera.position.set(2, 7, 7);
camera.lookAt(2, 0, 2);
camera.updateMatrixWorld();
const height = 400;
const tilePixels = height / (2 * Math.tan((20 * Math.PI) / 180));
const screen: Screen = { camera, width: 800, height, tilePixels };
const actors = new Actors();
actors.show(first, relief, source, 1, true);

function seen(x: number, y: number, z: number) {
  const point = onScreen(screen, x, y, z);
  if (!point) throw new Error("behind the camera");
  return point;
}

describe("onScreen", () => {
  it("has what the camera looks at in the middle", () => {
    expect(seen(2, 0, 2)).toMatchObject({ x: expect.closeTo(400), y: expect.closeTo(200) });
  });
  it("is nowhere for what is behind", () => expect(onScreen(screen, 2, 20, 30)).toBeNull());
});

describe("pickActor", () => {
  it("finds whom one points at, and nobody beside", () => {
    for (const [row, id] of [
      [0, 7],
      [1, 70_000],
    ]) {
      const [x, y, z] = actors.position(row, 1);
      const at = seen(x, y + 0.5, z);
      expect(pickActor(screen, actors, 1, at.x, at.y)).toBe(id);
    }
    expect(pickActor(screen, actors, 1, 20, 20)).toBeNull();
  });
});

describe("pickTile", () => {
  it("finds the tile under a point", () => {
    for (const [row, col] of [
      [1, 1],
      [2, 1],
      [1, 2],
      [3, 0],
    ]) {
      const at = seen(col + 0.5, 0, row + 0.5);
      const ray = new Raycaster();
      ray.setFromCamera(new Vector2((2 * at.x) / 800 - 1, 1 - (2 * at.y) / 400), camera);
      expect(pickTile(ray.ray, relief)).toEqual({ row, col });
    }
  });
  it("finds none beside the map", () => {
    const ray = new Raycaster();
    ray.setFromCamera(new Vector2(-0.98, -0.98), camera);
    expect(pickTile(ray.ray, relief)).toBeNull();
  });
});

describe("figureScale", () => {
  it("leaves figures as they are when near, and keeps them visible when far", () => {
    expect(figureScale(60)).toBe(1);
    expect(figureScale(9) * 9).toBe(15);
    expect(figureScale(5) * 5).toBe(9); // where many are seen, each is smaller
    expect(figureScale(0.1)).toBe(10);
  });
});
