import { describe, expect, it } from "vitest";
import { givenName } from "../../names";
import type { Source } from "../../protocol";
import { findAgents, neighbour } from "./searching";

const source = { names: ["Population 1", "Population 2", "Population 3"] } as Source;
const agents = {
  id: Uint32Array.of(3, 31, 12, 30),
  population: Uint8Array.of(0, 1, 2, 2),
  age: Int32Array.of(5, 50, 7, 9),
  health: Int16Array.of(10, 4, 2, 9),
};
const ids = (query: string, limit?: number) => findAgents(query, agents, source, limit).map(({ id }) => id);

describe("findAgents", () => {
  it("puts the very id first, then population 3 by age, then ids that begin so", () =>
    expect(ids("3")).toEqual([3, 30, 12, 31]));
  it("takes words of names in any order, in any case", () => expect(ids("12 POP")).toEqual([12]));
  it("takes the sign in front of a number", () => expect(ids("#31")).toEqual([31]));
  it("takes given names", () => expect(ids(givenName(12).slice(0, 4).toLowerCase())).toEqual([12]));
  it("finds nobody where nobody fits", () => expect(ids("zebra")).toEqual([]));
  it("stops at the limit", () => expect(ids("pop", 2)).toEqual([31, 30]));
  it("offers the oldest, the weakest and the youngest before anything is typed", () =>
    expect(findAgents("", agents, source).map(({ id, note }) => [id, note])).toEqual([
      [31, "the oldest"],
      [12, "the weakest"],
      [3, "the youngest"],
    ]));
});

describe("neighbour", () => {
  it("goes around in the order of ids", () => {
    expect(neighbour(agents.id, 12, 1)).toBe(30);
    expect(neighbour(agents.id, 31, 1)).toBe(3);
    expect(neighbour(agents.id, 3, -1)).toBe(31);
  });
  it("begins at an end when nobody is selected, or the selected died", () => {
    expect(neighbour(agents.id, null, 1)).toBe(3);
    expect(neighbour(agents.id, 99, -1)).toBe(31);
    expect(neighbour([], 1, 1)).toBeNull();
  });
});
