import { describe, expect, it } from "vitest";
import { EMBLEMS, emblemLetter, emblemOf, emblemOfLetter } from "./emblems";
import { agentName, GIVEN_NAMES, givenName, populationName } from "./names";
import type { Source } from "./protocol";

describe("populationName", () => {
  const source = { names: ["fox", "owl", "fox"] } as Source;
  it("tells those of one name apart by their number", () =>
    expect([0, 1, 2, 3].map((p) => populationName(source, p))).toEqual(["fox 0", "owl", "fox 2", "population 3"]));
});

describe("givenName", () => {
  it("differs for as many agents as there are names, however far they go", () => {
    for (const first of [0, 4_294_967_295 - GIVEN_NAMES]) {
      const names = Array.from({ length: GIVEN_NAMES }, (_, i) => givenName(first + i));
      expect(new Set(names).size).toBe(GIVEN_NAMES);
      expect(names.every((name) => /^[A-Z][a-z]{2,9}$/.test(name))).toBe(true);
    }
  });
  it("can be said: never three consonants but at the beginning of a syllable, nor three vowels", () => {
    for (let id = 0; id < GIVEN_NAMES; id++) expect(givenName(id)).not.toMatch(/[^aeio]{3}|[aeio]{3}/i);
  });
  it("stays with the id", () => expect([agentName(97), agentName(97)]).toEqual(Array(2).fill(`${givenName(97)} #97`)));
});

describe("emblems", () => {
  it("differ for twelve populations, then come again", () => {
    expect(new Set(Array.from({ length: 40 }, (_, p) => emblemOf(p))).size).toBe(EMBLEMS);
    expect(emblemOf(EMBLEMS + 2)).toBe(emblemOf(2));
  });
  it("have letters of their own, which no text has", () => {
    expect(emblemOfLetter(emblemLetter(5))).toBe(emblemOf(5));
    expect(emblemOfLetter("A")).toBeNull();
  });
});
