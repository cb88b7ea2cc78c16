import { expect, test } from "vitest";
import type { Training } from "../../protocol";
import { frameOf, place } from "./curve";
import { duration, progress, weights } from "./words";

const training: Training = {
  type: "training",
  training: true,
  steps: 25_000_000,
  seconds: 60,
  share: 0.25,
  left: 180,
  lifetime: 40,
  curve: [],
  checkpoints: [0],
  held: null,
  weights: { steps: 24_900_000, age: 2.2 },
};

test.each([
  [0.4, "0 s"],
  [185, "3:05 min"],
  [7800, "2:10 h"],
  [90_000, "1 day"],
])("%d s are %s", (seconds, text) => expect(duration(seconds)).toBe(text));

test("what is left is said while a process trains, and how long it was afterwards", () => {
  expect(progress(training)).toBe("3:00 min left, 25 % done");
  expect(progress({ ...training, left: null, share: null })).toBe("1:00 min, no limit");
  expect(progress({ ...training, training: false })).toBe("not training; 1:00 min so far");
});

test("weights are kept or follow the run", () => {
  expect(weights(training)).toBe("24.9M agent steps");
  expect(weights({ ...training, held: 0, weights: { steps: 0, age: 7200 } })).toBe("0 agent steps, kept");
});

test("a curve ends at its right edge and stays below its upper one", () => {
  const frame = frameOf(
    [
      [10, 8],
      [40, 20],
    ],
    40,
  );
  expect(frame).toEqual({ steps: 40, lifetime: 20 });
  expect(place([40, 20], frame)).toBe("300.0,0.0");
  expect(place([10, 5], frame)).toBe("75.0,67.5");
});
