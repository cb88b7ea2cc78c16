import { describe, expect, it } from "vitest";
import { BRUTE, OTHER } from "../creatures";
import { declaredIn } from "../declared";
import { sightOf } from "../director/sights";
import { grown, grownFrames, source } from "../fixtures";
import { type CreatureTable, frameDecoder } from "../frame";
import { World } from "../world";
import { Actors, PER_ROW, State, TEXELS } from "./actors";
import { Beasts } from "./beasts";
import { chipOf, deedsOf, wordsOf } from "./deeds";
import { Kind } from "./effects";
import { shapes } from "./menagerie";
import { facing, outfitsOf, placesOf, siteOf, Work } from "./outfits";
import { buildRelief, sameShape } from "./relief";

const declared = declaredIn(grown);
const [first, second] = grownFrames();
const { material: plane } = first.plane;
const relief = buildRelief(plane, 4, 2);
const [CHICKEN, GOBLIN] = [2 ** 32 - 1, 2 ** 32 - 2];
const texel = (actors: Actors, row: number, nth: number) => {
  const at = ((Math.floor(row / PER_ROW) * PER_ROW + (row % PER_ROW)) * TEXELS + nth) * 4;
  return [...(actors.texture.image.data as Float32Array).subarray(at, at + 4)];
};

function shown(): Actors {
  const actors = new Actors();
  const setting = { declared, site: siteOf(first, plane, [8]) };
  actors.show(first, relief, source, 1, true, setting);
  actors.show(second, relief, source, 1, false, setting);
  return actors;
}

describe("a frame with creatures and deeds", () => {
  it("is decoded as it is described", () => {
    expect([...(first.creatures?.id ?? [])]).toEqual([CHICKEN, GOBLIN]);
    expect([...(second.deeds?.what ?? [])]).toEqual([0, 1, 2]);
    expect([declared.species, declared.deeds.map(({ name }) => name)]).toEqual([
      ["agent", "chicken", "goblin", "cave_ogre", "hare"],
      ["make", "trade", "slay"],
    ]);
  });
  it("is refused where its creatures lack what is drawn", () => {
    const sections = grown.sections.map((s) => ({
      ...s,
      fields: s.fields.filter(({ name }) => s.name !== "creatures" || name !== "health"),
    }));
    expect(() => frameDecoder({ ...grown, sections })).toThrow("creatures.health as int16");
  });
  it("names creatures by what they are and which of them, also those that died", () => {
    const world = new World();
    world.declared = declared;
    world.show(first);
    world.show({ ...second, key: false });
    expect([CHICKEN, GOBLIN, 7].map((id) => world.nameOf(id).replace(/^\w+ #/, "#"))).toEqual([
      "Chicken 1",
      "Goblin 2",
      "#7",
    ]);
    expect(world.creature(GOBLIN)).toMatchObject({ species: "goblin", row: 2, col: 2, health: 12 });
    expect(world.creature(CHICKEN)).toBeNull();
  });
  it("names those that it has never seen by whom they killed, and by who killed them", () => {
    const world = new World();
    world.declared = declared;
    const deaths = { tick: [40, 40, 40], id: [1, 2, 3], row: [1, 1, 1], col: [1, 1, 1], population: [0, 0, 0] };
    const killers = { age: [9, 9, 9], cause: [0, 0, 2], killer: [2 ** 32 - 7, 8, -1], killer_kind: [3, 0, 0] };
    const births = { tick: [], id: [], row: [], col: [], population: [] };
    world.miss({ type: "events", births, deaths: { ...deaths, ...killers } });
    expect(world.nameOf(2 ** 32 - 7)).toBe("Cave ogre 7");
    expect(world.nameOf(2 ** 32 - 8)).toBe("Creature 8");
    world.show({ ...second, key: true, plane: first.plane }); // in which 8 slays a chicken that is there no more
    expect(world.nameOf(CHICKEN)).toBe("Chicken 1");
  });
});

describe("creatures that a system from outside declares", () => {
  /** Instead of the chicken there is a hare, and instead of the goblin an ogre. */
  const wild = { ...first, creatures: { ...(first.creatures as CreatureTable), creature: Uint8Array.of(4, 3) } };
  it("are named as they are declared", () => {
    const world = new World();
    world.declared = declared;
    world.show(wild);
    expect([CHICKEN, GOBLIN].map((id) => world.nameOf(id))).toEqual(["Hare 1", "Cave ogre 2"]);
    expect(world.creature(GOBLIN)?.species).toBe("cave_ogre");
  });
  it("are drawn in the colours that they have there, those that hunt as large goblins", () => {
    const beasts = new Beasts();
    beasts.show(wild, declared, false);
    expect(beasts.living.map(({ species, colour }) => [species, colour])).toEqual([
      [OTHER, "#b09070"],
      [BRUTE, "#a0522d"],
    ]);
    expect(shapes()).toHaveLength(BRUTE);
  });
  it("are something else in a replay that does not tell their looks, and ours are what they ever were", () => {
    const layout = { ...grown };
    delete layout.creatures;
    const before = declaredIn(layout);
    const beasts = new Beasts();
    for (const [frame, wanted] of [
      [
        wild,
        [
          [OTHER, "#d8c3a0"],
          [OTHER, "#d8c3a0"],
        ],
      ],
      [
        first,
        [
          [1, "#f6efdc"],
          [2, "#8ec63f"],
        ],
      ],
    ] as const) {
      beasts.show(frame, before, false);
      expect(beasts.living.map(({ species, colour }) => [species, colour])).toEqual(wanted);
    }
  });
});

describe("creatures among the actors", () => {
  const actors = shown();
  it("stand behind agents, those that died last", () => {
    expect([7, 8, GOBLIN, CHICKEN].map((id) => actors.rowOf(id))).toEqual([0, 1, 2, 3]);
    expect([0, 1, 2, 3].map((row) => actors.speciesOf(row))).toEqual([0, 0, 2, 1]);
    expect([2, 3].map((row) => texel(actors, row, 2)[3])).toEqual([State.living, State.dying]);
    expect([...actors.alive()].map(([row]) => row)).toEqual([0, 1, 2]);
  });
  it("have health as a share of the most that their kind had, and neither food nor water", () => {
    expect(texel(actors, 2, 3)).toEqual([12 / 15, -1, -1, 3].map(Math.fround));
  });
  it("are aimed at and strike like agents", () => {
    expect([1, 2].map((row) => texel(actors, row, 4)[0])).toEqual([0, 0]); // melee
  });
  it("do not die of a jump", () => {
    const jumped = shown();
    jumped.show(first, relief, source, 1, true, { declared, site: null });
    expect(jumped.beasts.dead).toEqual([]);
  });
});

describe("the health of agents who have skills", () => {
  it("is a share of their level of constitution", () => {
    // 10 of 25 points; of the other one it is not told, so that it is the most that anybody begins with, 10
    expect([0, 1].map((row) => texel(shown(), row, 3)[0])).toEqual([0.4, 1].map(Math.fround));
  });
  it("makes a hunt worth more the nearer one of them is to death", () => {
    const scene = { frame: first, source, declared, rowOf: (id: number) => (id === 7 ? 0 : -1) };
    const quarrel = { attacker: GOBLIN, target: 7, began: 1, struck: 2, mutual: false };
    expect(sightOf(scene, quarrel).worth).toBeCloseTo(5 + 1.5 * 0.6); // it has lost 0.6 of its health
  });
});

describe("what agents wear and do", () => {
  const outfit = outfitsOf(first, declared);
  it("is read from the columns of their systems", () => {
    expect([0, 1].map((row) => outfit?.(row))).toEqual([
      { weapon: 3, armour: 1, work: Work.fish, word: 0 },
      { weapon: 0, armour: 0, work: Work.mine, word: 2 },
    ]);
    expect(outfitsOf(first, declaredIn({ ...grown, sections: [] }))).toBeNull();
  });
  it("is what the shader is told, with the style they strike in", () => {
    const actors = shown();
    expect([0, 1].map((row) => texel(actors, row, 6))).toEqual([
      [3, 1, 1, 3],
      [0, 0, 2, 1],
    ]);
    expect([0, 1, 2].map((row) => actors.isEquipped(row))).toEqual([true, true, false]);
  });
  it("turns them to the water, the ore, also one that was just mined, and the fire", () => {
    const site = siteOf(first, plane, placesOf(plane, declared, "fire"));
    expect(facing(Work.fish, 1, 1, site)).toBe(-Math.PI / 2); // west
    expect(facing(Work.mine, 1, 2, site)).toBe(Math.PI / 2); // east
    expect(facing(Work.fish, 1, 2, site)).toBeNull();
    expect(facing(Work.cook, 2, 2, site)).toBe(-Math.PI / 2); // the fire is at (2, 0)
    const emptied = plane.map((material) => (material === 6 ? 5 : material));
    const tiles = { index: Uint32Array.of(7), material: Uint8Array.of(5) };
    expect(facing(Work.mine, 1, 2, siteOf({ ...first, tiles }, emptied, []))).toBe(Math.PI / 2);
  });
  it("leaves rocks their shape when the ore is gone", () =>
    expect(
      sameShape(
        plane,
        plane.map((material) => (material === 6 ? 5 : material)),
      ),
    ).toBe(true));
});

describe("what is seen of deeds", () => {
  const rows = new Map([7, 8, GOBLIN, CHICKEN].map((id, row) => [id, row]));
  const rowOf = (id: number) => rows.get(id) ?? -1;
  it("is a chip above who made something, and gold that goes from the buyer to the seller against goods", () => {
    const shrimp = 1 + 16 * 4;
    const ore = 4 + 16 * 2;
    const quads = deedsOf(second, declared, rowOf);
    expect(quads).toEqual([
      ...[Kind.chip, 0, 0, shrimp],
      ...[0, 1, 2].flatMap((nth) => [Kind.coin, 0, 1, nth]),
      ...[Kind.goods, 1, 0, ore],
    ]);
  });
  it("shows the words of those who speak", () =>
    expect(wordsOf(second, outfitsOf(second, declared))).toEqual([Kind.word, 1, 1, 2]));
  it.each([
    ["gold", 0],
    ["herring", 1 + 16 * 6],
    ["goblin", 2 + 16 * 8],
    ["cooked_chicken", 3 + 16 * 7],
    ["iron_sword", 5 + 16 * 3],
    ["copper_armour", 8 + 16],
    ["a thing from outside", 9],
    [undefined, 9],
  ])("has a picture of %s", (name, chip) => expect(chipOf(name)).toBe(chip));
});
