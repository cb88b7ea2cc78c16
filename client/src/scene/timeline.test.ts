import { describe, expect, it } from "vitest";
import { Timeline, walked } from "./timeline";

describe("Timeline", () => {
  it("takes the rhythm of the frames: after a while each share lasts as long as between two of them", () => {
    const timeline = new Timeline();
    for (let tick = 0; tick < 20; tick++) timeline.arrive(tick, 200 * tick, 600);
    const last = 200 * 19;
    expect([0, 100, 200, 900].map((later) => timeline.alpha(last + later).toFixed(2))).toEqual([
      "0.00",
      "0.50",
      "1.00",
      "1.00",
    ]);
  });
  it("plays a single step after a pause as long as a tick lasts", () => {
    const timeline = new Timeline();
    timeline.arrive(1, 0, 600);
    timeline.arrive(2, 60_000, 600);
    expect(timeline.alpha(60_300)).toBeCloseTo(0.5);
  });
  it("jumps back, far ahead and at the start, and walks over a few lost ticks and over the same tick again", () => {
    const timeline = new Timeline();
    const jumped = [5, 6, 9, 9, 40, 39].map((tick, i) => timeline.arrive(tick, 600 * i, 600));
    expect(jumped).toEqual([true, false, false, false, true, true]);
  });
  it("jumps to another world, whatever its tick", () => {
    const timeline = new Timeline();
    timeline.arrive(5, 0, 600);
    timeline.forget();
    expect(timeline.arrive(6, 600, 600)).toBe(true);
  });
  it("holds a share until it is let go", () => {
    const timeline = new Timeline();
    timeline.arrive(1, 0, 600);
    timeline.hold(0.25);
    expect(timeline.alpha(5000)).toBe(0.25);
    timeline.hold(null);
    expect(timeline.alpha(5000)).toBe(1);
  });
});

describe("walked", () => {
  it("sets out and arrives gently", () => {
    const quarter = 0.25 ** 2 * (3 - 2 * 0.25); // t²(3 − 2t)
    expect(walked(0.25 * 0.62)).toBeCloseTo(quarter);
    expect(walked(0.75 * 0.62)).toBeCloseTo(1 - quarter);
  });
  it("goes from 0 to 1 before the tick is over, and never back", () => {
    const shares = Array.from({ length: 21 }, (_, i) => walked(i / 20));
    expect([shares[0], shares[13], shares[20]]).toEqual([0, 1, 1]);
    expect([...shares].sort((a, b) => a - b)).toEqual(shares);
  });
});
