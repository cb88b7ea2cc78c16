import { PerspectiveCamera } from "three";
import { expect, it } from "vitest";
import { frame, source } from "../fixtures";
import { Actors } from "./actors";
import { Muster } from "./muster";
import { buildRelief } from "./relief";

const first = frame("first"); // agents at (1, 1) and (1, 2)
const actors = new Actors();
actors.show(first, buildRelief(first.plane.material, 4, 2), source, 1, true);
const camera = new PerspectiveCamera(20, 1, 0.1, 100);

function seen(x: number, z: number, fineReach: number, figures = 1000, chosen: number[] = []) {
  camera.position.set(x, 12, z);
  camera.up.set(0, 0, -1);
  camera.lookAt(x, 0, z);
  camera.updateMatrixWorld();
  const muster = new Muster();
  muster.update(actors, camera, { fine: fineReach, figures }, () => 0.01, chosen);
  const { rows, fine, coarse, dots } = muster;
  const [list, points] = [[...rows.fine.subarray(0, fine)], [...rows.dots.subarray(0, dots)]];
  return { fine: list, coarse: [...rows.coarse.subarray(0, coarse)], ...(dots ? { dots: points } : {}) };
}

it("has those in view, with detail those within reach", () => {
  // From 12 above, a field of 20 degrees shows 12 · tan(10°) = 2.1 tiles to each side.
  expect(seen(2, 1.5, 20)).toEqual({ fine: [0, 1], coarse: [] });
  expect(seen(2, 1.5, 5)).toEqual({ fine: [], coarse: [0, 1] });
  expect(seen(4, 1.5, 20)).toEqual({ fine: [1], coarse: [] });
  expect(seen(40, 1.5, 20)).toEqual({ fine: [], coarse: [] });
});

it("has points in place of those who are far away, but for who is chosen", () => {
  expect(seen(2, 1.5, 5, 8)).toEqual({ fine: [], coarse: [], dots: [0, 1] });
  expect(seen(2, 1.5, 5, 8, [1])).toEqual({ fine: [], coarse: [1], dots: [0] });
  expect(seen(4, 1.5, 5, 8)).toEqual({ fine: [], coarse: [], dots: [1] });
});

it("lists everyone in view once", () => {
  camera.position.set(2, 12, 1.5);
  camera.updateMatrixWorld();
  const muster = new Muster();
  muster.update(actors, camera, { fine: 11.9, figures: 1000 }, () => 1);
  expect([...muster.rows.seen.subarray(0, muster.seen)].sort()).toEqual([0, 1]);
});
