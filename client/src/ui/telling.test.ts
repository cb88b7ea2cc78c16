import { describe, expect, it } from "vitest";
import type { Connection } from "../store";
import type { Agent } from "../world";
import { doing, obituary } from "./agent/agent";
import { highest } from "./agent/attackmap";
import { bannerText } from "./page/notices";
import { ageRank, census, rowOfBest } from "./populations/census";

describe("bannerText", () => {
  const connection = (parts: Partial<Connection>): Connection => ({
    status: "connecting",
    message: "",
    retryAt: null,
    ...parts,
  });

  it("says nothing while all is well, or the first connection is quick", () => {
    expect(bannerText(connection({ status: "open" }), true, 0, 0)).toBe("");
    expect(bannerText(connection({}), false, 400, 0)).toBe("");
    expect(bannerText(connection({}), false, 600, 0)).toBe("Connecting …");
  });

  it("counts down to the next try", () => {
    const lost = connection({ status: "lost", message: "The connection was lost.", retryAt: 2500 });
    expect(bannerText(lost, true, 1000, 0)).toBe("The connection was lost. Trying again in 2 s.");
    expect(bannerText(lost, true, 3000, 0)).toBe("The connection was lost. Trying again.");
    expect(bannerText(connection({}), true, 0, 0)).toBe("Connecting again …");
  });
});

describe("census", () => {
  it("counts and averages by population", () => {
    const agents = { population: Uint8Array.of(0, 2, 0), age: Int32Array.of(10, 7, 20) };
    // Population 0: two agents, (10 + 20) / 2 = 15; population 1: nobody.
    expect(census(agents, 3)).toEqual({ living: 3, counts: [2, 0, 1], ages: [15, Number.NaN, 7] });
  });
  it("ranks by age, the oldest first; equals share a place", () => {
    const agents = { population: Uint8Array.of(0, 1, 1, 0, 1), age: Int32Array.of(50, 9, 30, 30, 70) };
    // 30 is behind 70 and 50, so third of five; in population 1 behind 70 alone, so second of three.
    expect(ageRank(agents, 30)).toEqual([3, 5]);
    expect(ageRank(agents, 30, 1)).toEqual([2, 3]);
  });
  it("finds the best row, the first of equals, none of none", () => {
    expect(rowOfBest(4, (row) => [1, 5, 5, 2][row])).toBe(1);
    expect(rowOfBest(0, () => 1)).toBe(-1);
  });
});

describe("what an agent does", () => {
  const agent = { move: 1, style: 2, freeze: 0, damage: 0 } as Agent;
  it("is told in words", () => {
    expect(doing(agent)).toBe("Last tick: went north, style mage.");
    expect(doing({ ...agent, move: 0, freeze: 1, damage: 2 })).toBe(
      "Last tick: stayed, style mage, lost 2 health to attacks. Frozen for 1 tick.",
    );
    expect(doing({ ...agent, move: 255, style: 255 })).toBe("Just born.");
  });
  it("ends", () => {
    expect(obituary(1200, 312, "hunger")).toBe("Died of hunger at tick 1,200, aged 312.");
    expect(obituary(5, 1, "attack")).toBe("Died in a fight at tick 5, aged 1.");
    expect(obituary(5, 1, "snake_bite")).toBe("Died of snake bite at tick 5, aged 1.");
    expect(obituary(5, 1, undefined)).toBe("Died at tick 5, aged 1.");
  });
});

describe("highest", () => {
  it("ignores what is not known", () => expect(highest([[[null, 0.25]], [[0.5, null]]])).toBe(0.5));
  it("is 0 of nothing", () => expect(highest([[[null]]])).toBe(0));
});
