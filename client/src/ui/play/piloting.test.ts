import { describe, expect, it } from "vitest";
import { agentsOf, inSight, Pilot } from "./piloting";

describe("Pilot", () => {
  it("repeats a held move every tick, until its key is up", () => {
    const pilot = new Pilot();
    pilot.press(1);
    pilot.ticked();
    expect(pilot.intent.move).toBe(1);
    pilot.release(1);
    expect(pilot.intent.move).toBe(0);
  });

  it("keeps a tapped move for the coming tick, and only for that", () => {
    const pilot = new Pilot();
    pilot.press(3);
    pilot.release(3);
    pilot.style = 2;
    expect(pilot.intent).toEqual({ move: 3, style: 2, target: null });
    pilot.ticked();
    expect(pilot.intent).toEqual({ move: 0, style: 2, target: null });
  });

  it("follows the key pressed last, then the one that is still down", () => {
    const pilot = new Pilot();
    pilot.press(1);
    pilot.press(4);
    expect(pilot.intent.move).toBe(4);
    pilot.release(4);
    pilot.ticked();
    expect(pilot.intent.move).toBe(1);
  });

  it("stands still when the page loses the keyboard", () => {
    const pilot = new Pilot();
    pilot.press(2);
    pilot.releaseAll();
    expect(pilot.intent.move).toBe(0);
  });
});

describe("inSight", () => {
  it("lists others within the square of sight, nearest first, then by id", () => {
    const agents = {
      id: Uint32Array.of(7, 5, 4, 9, 1),
      row: Uint16Array.of(10, 12, 8, 18, 10),
      col: Uint16Array.of(10, 10, 9, 10, 17),
    };
    const own = { id: 7, row: 10, col: 10 };
    // Distances: 5 and 4 are two tiles away, 9 eight, 1 seven.
    expect(inSight(own, agentsOf(agents), 7).map(({ id }) => id)).toEqual([4, 5, 1]);
  });
});
