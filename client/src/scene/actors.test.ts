import { describe, expect, it } from "vitest";
import { frame, source } from "../fixtures";
import { Actors, near, PER_ROW, State, spot, TEXELS } from "./actors";
import { eventsOf, Kind } from "./effects";
import { buildRelief } from "./relief";

const first = frame("first");
const second = frame("second");
const relief = buildRelief(first.plane.material, 4, 2);
/** Numbers of an actor in the texture, by texel. */
const texel = (actors: Actors, row: number, nth: number) => {
  const { image } = actors.texture;
  const at = (Math.floor(row / PER_ROW) * PER_ROW + (row % PER_ROW)) * TEXELS * 4 + 4 * nth;
  return [...(image.data as Float32Array).subarray(at, at + 4)];
};

function shown(alpha = 1): Actors {
  const actors = new Actors();
  actors.show(first, relief, source, 1, true);
  actors.show(second, relief, source, alpha, false);
  return actors;
}

describe("Actors", () => {
  it("has the living first and then the dead of the tick", () => {
    const actors = shown();
    expect([actors.living, actors.count]).toEqual([2, 3]);
    expect([7, 70_001, 70_000, 9].map((id) => actors.rowOf(id))).toEqual([0, 1, 2, -1]);
    expect([0, 1, 2].map((row) => texel(actors, row, 2)[3])).toEqual([State.living, State.newborn, State.dying]);
  });
  it("moves an agent from where it stood to where it stands", () => {
    const actors = shown();
    const [x0, , z0] = actors.position(0, 0);
    const [x1, , z1] = actors.position(0, 1);
    expect([x0, z0, x1, z1]).toEqual([1.5, 1.5, 2.5, 1.5]); // (1, 1) to (1, 2)
  });
  it("sets out from where it is seen when a frame comes early", () => {
    const actors = new Actors();
    actors.show(first, relief, source, 1, true);
    actors.show(second, relief, source, 1, false);
    actors.show(first, relief, source, 0.31, false); // halfway there: walked(0.31) = 0.5
    expect(actors.position(0, 0)[0]).toBeCloseTo(2);
  });
  it("puts everyone in place at once after a jump, without the dead", () => {
    const actors = new Actors();
    actors.show(first, relief, source, 1, true);
    actors.show(second, relief, source, 1, true);
    expect(actors.position(0, 0)).toEqual(actors.position(0, 1));
    expect(actors.count).toBe(2);
  });
  it("turns to where it goes, and an attacker to whom it strikes", () => {
    const actors = shown();
    expect(texel(actors, 0, 1)[3] % (2 * Math.PI)).toBeCloseTo(Math.PI / 2); // east
    expect(texel(actors, 0, 4)[0]).toBe(0); // melee
    expect(texel(actors, 1, 4)[0]).toBe(-1); // strikes nobody
  });
  it("tells vitals as shares, and the damage of the tick", () => {
    const actors = new Actors();
    actors.show(first, relief, source, 1, true);
    expect(texel(actors, 1, 3)).toEqual([0.8, 30 / 32, 29 / 32, 2].map(Math.fround));
  });
  it("hides those who are out of sight, and shows them again", () => {
    const actors = shown();
    actors.hide((id) => id === 7);
    expect([0, 1].map((row) => texel(actors, row, 5)[1])).toEqual([0, 1]);
    actors.hide(null);
    expect(texel(actors, 1, 5)[1]).toBe(0);
  });
  it("grows with the crowd", () => {
    const many = structuredClone(first);
    const count = 300;
    for (const [name, column] of Object.entries(many.agents)) {
      const longer = new (column.constructor as Uint16ArrayConstructor)(count).fill(0);
      if (name === "id") longer.set(Array.from({ length: count }, (_, i) => i));
      Object.assign(many.agents, { [name]: longer });
    }
    const actors = new Actors();
    const before = actors.texture;
    actors.show({ ...many, count }, relief, source, 1, true);
    expect(actors.texture).not.toBe(before);
    expect(actors.texture.image.height).toBe(3);
    expect(actors.rowOf(299)).toBe(299);
  });
});

describe("spot", () => {
  it("is the middle of the tile for one", () => expect(spot(3, 5, 0, 1)).toEqual([5.5, 3.5]));
  it.each([2, 6, 11])("gives %i who share a tile room of their own on it", (crowd) => {
    const spots = Array.from({ length: crowd }, (_, nth) => spot(0, 0, nth, crowd));
    for (const [x, z] of spots) expect(Math.hypot(x - 0.5, z - 0.5)).toBeLessThan(0.3);
    const gaps = spots.flatMap(([x, z], i) => spots.slice(0, i).map(([u, v]) => Math.hypot(x - u, z - v)));
    expect(Math.min(...gaps)).toBeGreaterThan(0.08);
  });
});

describe("near", () => {
  it("never turns more than half around", () => {
    expect(near(3, -3)).toBeCloseTo(2 * Math.PI - 3);
    expect(near(20, 0)).toBeCloseTo(6 * Math.PI);
  });
});

describe("eventsOf", () => {
  const rows = new Map([
    [7, 0],
    [70_001, 1],
    [70_000, 2],
  ]);
  const rowOf = (id: number) => rows.get(id) ?? -1;

  it("draws an attack, its blow, a birth and a death", () => {
    expect(eventsOf(second, rowOf)).toEqual(
      [
        [Kind.swing, 0, 2, 10],
        [Kind.impact, 0, 2, 10],
        [Kind.birth, 1, 1, 0],
        [Kind.death, 2, 2, 0],
      ].flat(),
    );
  });
  it("strikes a target once, however many attack it, and leaves out whom it does not know", () => {
    const attacks = {
      attacker: Uint32Array.of(7, 70_001, 5, 70_001),
      target: Uint32Array.of(70_000, 70_000, 7, 70_000),
      damage: Int32Array.of(1, 2, 3, 1),
      style: Uint8Array.of(1, 1, 1, 2),
    };
    const none = { ...second, attacks, births: { ...second.births, id: new Uint32Array() } };
    const kinds = eventsOf({ ...none, deaths: { ...second.deaths, id: new Uint32Array() } }, rowOf).filter(
      (_, i) => i % 4 === 0,
    );
    expect(kinds).toEqual([Kind.arrow, Kind.impact, Kind.arrow, Kind.orb, Kind.frost]);
  });
});
