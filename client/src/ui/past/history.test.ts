import { describe, expect, it } from "vitest";
import { History, nearest } from "./history";

const ticks = (history: History) => history.samples.map(({ tick }) => tick);

describe("History", () => {
  it("keeps the last ticks of its window", () => {
    const history = new History(100, 3);
    for (let tick = 0; tick < 10; tick++) history.add(tick, [tick]);
    expect(ticks(history)).toEqual([6, 7, 8, 9]);
  });

  it("keeps all time in bounded memory, from the first tick to the newest", () => {
    const history = new History(16);
    for (let tick = 0; tick < 1000; tick++) {
      history.add(tick, [tick]);
      expect(history.samples.length).toBeLessThanOrEqual(16);
      expect(history.samples.at(-1)?.tick).toBe(tick);
    }
    expect(ticks(history)[0]).toBe(0);
    const gaps = ticks(history)
      .slice(1, -1)
      .map((tick, i) => tick - ticks(history)[i]);
    // 8 to 16 samples over 1,000 ticks: 62 to 125 ticks apart, and nowhere sparser than twice that.
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(50);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(250);
  });

  it("takes back what comes after an earlier tick", () => {
    const history = new History(100);
    for (const tick of [0, 1, 2, 3]) history.add(tick, [tick]);
    history.add(1, [7]);
    expect(history.samples).toEqual([
      { tick: 0, counts: [0] },
      { tick: 1, counts: [7] },
    ]);
  });
});

describe("History, told by the server", () => {
  const past = [0, 10, 20, 30].map((tick) => ({ tick, counts: [tick] }));

  it("puts the past in front of what the page has seen, once", () => {
    const history = new History(100);
    history.add(25, [25]);
    history.fill(past, 25);
    history.add(26, [26]);
    history.fill(past, 25);
    expect(ticks(history)).toEqual([0, 10, 20, 25, 26]);
  });

  it("keeps to its window and its capacity", () => {
    const recent = new History(100, 10);
    recent.add(25, [25]);
    recent.fill(past, 25);
    expect(ticks(recent)).toEqual([20, 25]);
    const small = new History(4);
    small.add(40, [40]);
    small.fill(past, 40);
    expect(ticks(small)).toEqual([0, 20, 40]);
  });
});

describe("nearest", () => {
  const samples = [0, 10, 20].map((tick) => ({ tick, counts: [] }));
  it.each([
    [-5, 0],
    [4, 0],
    [6, 1],
    [16, 2],
    [99, 2],
  ])("the sample nearest to tick %d is number %d", (tick, place) => expect(nearest(samples, tick)).toBe(place));
  it("finds none among none", () => expect(nearest([], 3)).toBe(-1));
});
