import { PerspectiveCamera, Vector3 } from "three";
import { describe, expect, it } from "vitest";
import { frameSquare, MARGIN } from "./framing";

const FIELD = (38 * Math.PI) / 180;

/** The corners of a square of 60 tiles about the origin, as a camera framed that way sees them, -1 .. 1. */
function cornersSeen(aspect: number): Vector3[] {
  const { tilt, distance, south } = frameSquare(aspect, FIELD);
  const camera = new PerspectiveCamera(38, aspect, 0.1, 1000);
  camera.position.set(0, 60 * distance * Math.cos(tilt), 60 * (south + distance * Math.sin(tilt)));
  camera.lookAt(0, 0, 60 * south);
  camera.updateMatrixWorld();
  return [-30, 30].flatMap((x) => [-30, 30].map((z) => new Vector3(x, 0, z).project(camera)));
}

describe("frameSquare", () => {
  for (const [width, height] of [
    [1920, 1080],
    [1280, 720],
    [1024, 600],
    [844, 390],
    [390, 844],
    [600, 600],
  ]) {
    it(`fills a window of ${width} × ${height}`, () => {
      const seen = cornersSeen(width / height);
      const [left, right] = [Math.min(...seen.map(({ x }) => x)), Math.max(...seen.map(({ x }) => x))];
      const [bottom, top] = [Math.min(...seen.map(({ y }) => y)), Math.max(...seen.map(({ y }) => y))];
      const room = { wide: 2 - 4 * MARGIN.side, high: 2 - 2 * MARGIN.top - 2 * MARGIN.bottom };
      expect(right).toBeLessThanOrEqual(1 - 2 * MARGIN.side + 1e-3);
      expect(left).toBeCloseTo(-right, 5);
      expect(top).toBeLessThanOrEqual(1 - 2 * MARGIN.top + 1e-3);
      expect(bottom).toBeGreaterThanOrEqual(2 * MARGIN.bottom - 1 - 1e-3);
      // from edge to edge one way, and no less than two thirds of what it can be the other
      expect(Math.max((right - left) / room.wide, (top - bottom) / room.high)).toBeCloseTo(1, 2);
      expect((((top - bottom) * height) / ((right - left) * width)) * Math.max(width / height, 1)).toBeGreaterThan(
        0.66,
      );
    });
  }
});
