import { describe, expect, it } from "vitest";
import { message, welcome } from "./fixtures";
import { frameDecoder } from "./frame";
import { Sight } from "./sight";
import { createStore } from "./store";
import { readParameters } from "./url";
import { UNKNOWN, World } from "./world";

function scene(fair = false) {
  const store = createStore(readParameters(""));
  const world = new World();
  store.set({ welcome: { ...welcome, abilities: { ...welcome.abilities, fair } } });
  world.show(frameDecoder(welcome.frame)(message("first")));
  return { store, world, sight: new Sight(store, world) };
}

describe("Sight", () => {
  it("is limited for those who play and see as their agent does, on every side alike", () => {
    const { store, world, sight } = scene();
    const ids = [...(world.frame?.agents.id ?? [])];
    expect(sight.window).toBeNull();
    expect([...(sight.agents()?.id ?? [])]).toEqual(ids);
    const play = { ...store.get().play, status: "playing" as const, id: ids[0] };
    store.set({ play });
    expect(sight.window).toBeNull(); // one who plays may look at the whole map
    store.set({ play: { ...play, sight: "window" } });
    const me = world.agent(ids[0]);
    if (!me) throw new Error("it lives");
    const reach = welcome.source.sight;
    expect(sight.window).toEqual({ row: me.row, col: me.col, reach });
    expect([sight.sees(me.row - reach, me.col + reach), sight.sees(me.row, me.col - reach - 1)]).toEqual([true, false]);
    const seen = ids.filter((id) => sight.seesAgent(id));
    expect(seen).toContain(ids[0]);
    expect([...(sight.agents()?.id ?? [])]).toEqual(seen);
  });

  it("is of nothing in a fair seat before one plays, whatever was chosen", () => {
    const { sight } = scene(true);
    expect(sight.sees(3, 3)).toBe(false);
    expect(sight.agents()?.id).toHaveLength(0);
  });
});

describe("World", () => {
  it("knows of a fair seat's ground what has been seen, and when something new is", () => {
    const { world } = scene();
    const first = message("first");
    const frame = frameDecoder(welcome.frame)(first);
    expect(world.knows(0)).toBe(true);
    world.show({ ...frame, plane: { material: frame.plane.material.map(() => UNKNOWN) } });
    expect([world.knows(5), world.discovered]).toEqual([false, false]);
    expect(Math.max(...world.plane)).toBeLessThan(7); // what looks a material up finds one
    const tiles = { index: new Uint32Array([5]), material: new Uint8Array([4]) };
    world.show({ ...frame, key: false, tiles });
    expect([world.knows(5), world.knows(6), world.discovered, world.plane[5]]).toEqual([true, false, true, 4]);
    world.show({ ...frame, key: false, tiles });
    expect(world.discovered).toBe(false);
  });
});
