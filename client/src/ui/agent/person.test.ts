import { describe, expect, it } from "vitest";
import type { Deed, Doings, OwnFeature, Relative } from "../../society";
import { branches, lifetime } from "./kin";
import { arranged } from "./owned";
import { around } from "./path";
import { chapters, telling, words } from "./story";

const feature = (name: string, array: string): OwnFeature => ({
  system: "any",
  name,
  unit: "",
  meaning: "",
  low: 0,
  high: 99,
  array,
});

describe("what an agent knows of itself", () => {
  it("is arranged by array, with names less what they share; what no part shows is left", () => {
    const features = [
      feature("melee_level", "level"),
      feature("melee_progress", "progress"),
      feature("fishing_gift", "gifts"),
      feature("copper_sword", "pack"),
      feature("gold", "gold"),
      feature("orders_shrimp", "orders_by_kind"),
      feature("camp_row", "camp_way"),
    ];
    const { by, others } = arranged(features, [7, 40, 100, 2, 31, -1, -5]);
    expect(by).toEqual({
      level: { melee: 7 },
      progress: { melee: 40 },
      gifts: { fishing: 100 },
      pack: { copper_sword: 2 },
      gold: { gold: 31 },
      orders_by_kind: { shrimp: -1 },
    });
    expect(others.map(({ name, value }) => [name, value])).toEqual([["camp_row", -5]]);
  });
});

const kin = (id: number, generation: number, mother: number | null, died: number | null = null): Relative => ({
  id,
  generation,
  mother,
  died,
  population: 0,
  born: id * 10,
});

describe("a family", () => {
  const family = [kin(1, -2, null, 90), kin(2, -1, 1), kin(3, 0, 2), kin(4, 1, 3), kin(5, 1, 3), kin(6, 2, 4)];

  it("is a tree in which mothers are followed by their children", () => {
    expect(branches(family).map(({ depth, who }) => [depth, who?.id])).toEqual([
      [0, 1],
      [1, 2],
      [2, 3],
      [3, 4],
      [4, 6],
      [3, 5],
    ]);
  });

  it("shows so many children, and how many there are besides", () => {
    expect(branches(family, 1).map(({ depth, who, more }) => [depth, who?.id ?? null, more])).toEqual([
      [0, 1, 0],
      [1, 2, 0],
      [2, 3, 0],
      [3, 4, 0],
      [4, 6, 0],
      [3, null, 1],
    ]);
  });

  it("says from when to when somebody lived, as far as that is known", () => {
    expect(lifetime(kin(1, 0, null, 1234))).toBe("10 – 1,234");
    expect(lifetime(kin(1, 0, null))).toBe("10 –");
    expect(lifetime({ born: null, died: null })).toBe("");
  });
});

const did = (event: string, of: string | number, times: number, value: number, itself = true): Doings => ({
  event,
  did: itself,
  of,
  count: times,
  value,
});

describe("a life", () => {
  it("has chapters of what there was in it", () => {
    const counts = [
      did("eat", "cooked_shrimp", 3, 24),
      did("harvest", 0, 1, 5),
      did("make", "copper_knives", 2, 20),
      did("trade", "copper_knives", 1, 8),
      did("trade", "shrimp", 2, 3, false),
      did("attack", "melee", 4, 6),
      did("attack", "range", 1, 2),
    ];
    const told = chapters({ counts, kills: 0, slain: 1 });
    expect(told.map(({ title, words: text }) => [title, text])).toEqual([
      ["Meals", "1 meal from the forest"],
      ["Work", ""],
      ["Sold", "1 for 8 gold"],
      ["Bought", "2 for 3 gold"],
      ["Fights", "struck 5 times for 8 health, slew 1 creature"],
    ]);
    expect(told[1].things).toEqual([{ kind: "copper_knives", amount: 20, note: "" }]);
    expect(told[3].things).toEqual([{ kind: "shrimp", amount: 2, note: ", 3 gold altogether" }]);
    expect(chapters({ counts: [], kills: 0, slain: 0 })).toEqual([]);
  });

  const deed = (event: string, more: Partial<Deed> = {}): Deed => ({
    event,
    tick: 5,
    did: true,
    of: "copper_sword",
    value: 8,
    other: 9,
    creature: null,
    row: 0,
    col: 0,
    ...more,
  });

  it("is told in words, with whom it was about", () => {
    expect(words(deed("trade"))).toEqual(["sold copper sword to ", { id: 9 }, " for 8 gold"]);
    expect(words(deed("trade", { did: false }))).toEqual(["bought copper sword from ", { id: 9 }, " for 8 gold"]);
    expect(words(deed("attack", { did: false, other: -3, creature: "cave_ogre" }))).toEqual([
      ...["was struck by ", "a cave ogre", " for 8"],
    ]);
    expect(words(deed("attack", { value: 0, other: -1, creature: "ogre" }))).toEqual(["missed ", "an ogre"]);
    expect(words(deed("attack", { did: false, other: -3 }))).toEqual(["was struck by ", "a creature", " for 8"]);
    expect(words(deed("slay", { of: "ogre" }))).toEqual(["slew an ogre"]);
    expect(words(deed("attack", { value: 0 }))).toEqual(["missed ", { id: 9 }]);
    expect(words(deed("death", { of: "hunger" }))).toEqual(["died: hunger"]);
    expect(words(deed("eat_berries"))).toEqual(["eat berries"]);
  });

  it("leaves out what was used up, and offers that were met at once", () => {
    const deeds = [deed("sell"), deed("trade"), deed("use"), deed("sell", { tick: 6 }), deed("buy", { of: "shrimp" })];
    expect(telling(deeds).map(({ event, tick }) => [event, tick])).toEqual([
      ["trade", 5],
      ["sell", 6],
      ["buy", 5],
    ]);
  });
});

describe("the part of the map that a path lies in", () => {
  it("holds all of it, is a square, and lies in the map", () => {
    expect(around([[0, 30, 30]], 64)).toEqual({ row: 23, col: 23, size: 16 });
    expect(
      around(
        [
          [0, 1, 5],
          [9, 21, 6],
        ],
        64,
      ),
    ).toEqual({ row: 0, col: 0, size: 25 });
    expect(around([[0, 5, 9]], 10)).toEqual({ row: 0, col: 0, size: 10 });
  });
});
