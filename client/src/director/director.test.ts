import { describe, expect, it } from "vitest";
import { source } from "../fixtures";
import type { Frame } from "../frame";
import { Cameraman } from "./cameraman";
import { Director, LONGEST, SHORTEST, type Shot } from "./director";
import { IDLE, Idleness } from "./idle";

interface Told {
  /** Id, row, column, age. */
  agents: [id: number, row: number, col: number, age: number][];
  attacks?: [attacker: number, target: number][];
  births?: number[];
  deaths?: [id: number, cause: number][];
}

/** A frame made by hand, of agents of population id % 2 in full health. */
function frameOf(tick: number, { agents, attacks = [], births = [], deaths = [] }: Told): Frame {
  const column = (at: number) => Uint16Array.from(agents, (agent) => agent[at]);
  const ids = Uint32Array.from(agents, ([id]) => id);
  const table = { id: ids, row: column(1), col: column(2), age: Int32Array.from(column(3)) };
  const rest = { health: Int16Array.from(ids, () => 10), population: Uint8Array.from(ids, (id) => id % 2) };
  return {
    tick,
    count: agents.length,
    agents: { ...table, ...rest },
    attacks: { attacker: attacks.map(([id]) => id), target: attacks.map(([, id]) => id) },
    births: { id: Uint32Array.from(births) },
    deaths: { id: Uint32Array.from(deaths, ([id]) => id), cause: deaths.map(([, cause]) => cause), age: [7, 7] },
  } as unknown as Frame;
}

function play(director: Director, from: number, frames: Told[]): Shot[] {
  return frames.map((told, i) => {
    const frame = frameOf(from + i, told);
    return { ...director.take({ frame, source, rowOf: (id) => frame.agents.id.indexOf(id) }) };
  });
}

const calm = {
  agents: [
    [4, 1, 1, 3],
    [7, 2, 2, 412],
    [9, 9, 9, 20],
  ],
} as Told;
const fight = { ...calm, attacks: [[4, 9]] } as Told;
const times = (number: number, told: Told) => Array.from({ length: number }, () => told);

describe("the director", () => {
  it("opens on the oldest, and says who that is", () => {
    const [shot] = play(new Director(), 0, [calm]);
    expect(shot).toMatchObject({ kind: "oldest", subjects: [7], number: 1 });
    expect(shot.caption).toMatch(/^The oldest: \S+ #7 of Owl, 412 ticks$/);
  });

  it("shows the whole where nobody lives", () => {
    const [shot] = play(new Director(), 0, [{ agents: [] }]);
    expect(shot).toMatchObject({ kind: "whole", caption: "The whole world: 0 agents of 2 populations" });
  });

  it("cuts to a fight, but to nothing before the shot has had its time", () => {
    const shots = play(new Director(), 0, [calm, ...times(10, fight)]);
    expect(shots.slice(0, SHORTEST).map(({ kind }) => kind)).toEqual(Array(SHORTEST).fill("oldest"));
    expect(shots[SHORTEST]).toMatchObject({ subjects: [4, 9], since: SHORTEST, number: 2 });
  });

  it("tells a chase from a fight by how far apart they are, and whether both strike", () => {
    const close = {
      agents: [
        [4, 1, 1, 3],
        [9, 1, 2, 20],
      ],
      attacks: [[4, 9]],
    } as Told;
    const far = {
      agents: [
        [4, 1, 1, 3],
        [9, 1, 4, 20],
      ],
      attacks: [[4, 9]],
    } as Told;
    const both = {
      ...far,
      attacks: [
        [4, 9],
        [9, 4],
      ],
    } as Told;
    expect(play(new Director(), 0, [close])[0].caption).toMatch(/^A fight: \S+ #4 of Fox against \S+ #9 of Owl$/);
    expect(play(new Director(), 0, [far])[0].caption).toMatch(/^A chase: \S+ #4 of Fox after \S+ #9 of Owl$/);
    expect(play(new Director(), 0, [far, both])[1].kind).toBe("fight");
  });

  it("does not cut in the midst of a fight, whatever else happens", () => {
    const brawl = { ...fight, births: [7] } as Told;
    const shots = play(new Director(), 0, times(LONGEST.fight, brawl));
    expect(new Set(shots.map(({ number }) => number))).toEqual(new Set([1]));
  });

  it("looks at a death before it goes on, and says what happened", () => {
    const dead = { agents: [calm.agents[0], calm.agents[1]], deaths: [[9, 0]] } as Told;
    const after = { agents: dead.agents } as Told;
    const shots = play(new Director(), 0, [...times(8, fight), dead, ...times(4, after)]);
    expect(shots[8].caption).toMatch(/^\S+ #9 is killed at the age of 7$/);
    expect(shots.slice(8).map(({ number }) => number)).toEqual([1, 1, 1, 2, 2]);
    expect(shots[11].subjects).toEqual([7]);
  });

  it("goes from one thing to another when nothing happens, and shows the newborn", () => {
    const shots = play(new Director(), 0, [...times(100, calm), { ...calm, births: [4] }, ...times(3, calm)]);
    const kinds = [...new Map(shots.map(({ number, kind }) => [number, kind])).values()];
    expect(kinds.slice(0, 3)).toEqual(["oldest", "whole", "oldest"]);
    expect(shots.filter((shot, i) => i > 0 && shot.number !== shots[i - 1].number && shot.since < SHORTEST)).toEqual(
      [],
    );
    const born = play(new Director(), 0, [{ ...calm, births: [4] }]);
    expect(born[0].caption).toMatch(/^A newborn: \S+ #4 of Fox$/);
  });

  it("makes the same shots of the same frames, and begins anew after a jump", () => {
    const frames = [...times(9, calm), ...times(12, fight), ...times(30, calm)];
    expect(play(new Director(), 5, frames)).toEqual(play(new Director(), 5, frames));
    const director = new Director();
    play(director, 500, frames);
    expect(play(director, 3, [calm])[0]).toMatchObject({ number: 1, since: 3 });
  });
});

describe("the cameraman", () => {
  const shot = { kind: "fight" as const, subjects: [4, 9], number: 1, since: 0 };

  it("is there at once after a cut, and goes smoothly afterwards", () => {
    const camera = new Cameraman();
    camera.tick(shot, 0, [
      [1, 0, 1],
      [3, 0, 1],
    ]);
    expect(camera.stand(0, false).target).toEqual([2, 0, 1]);
    camera.tick(shot, 1, [
      [3, 0, 1],
      [5, 0, 1],
    ]);
    expect(camera.stand(0, false).target).toEqual([2, 0, 1]);
    const [half, whole] = [camera.stand(0.5, false).target[0], camera.stand(1, false).target[0]];
    expect(half).toBeCloseTo((2 + whole) / 2);
    expect(whole).toBeGreaterThan(2);
    expect(whole).toBeLessThan(4);
    camera.tick({ ...shot, number: 2 }, 2, [[9, 0, 9]]);
    expect(camera.stand(0, false).target).toEqual([9, 0, 9]);
  });

  it("stays where its subjects fell, and does not drift where less motion is wanted", () => {
    const camera = new Cameraman();
    camera.tick(shot, 0, [[1, 0, 1]]);
    camera.tick(shot, 5, []);
    expect(camera.stand(1, true).target).toEqual([1, 0, 1]);
    expect(camera.stand(1, true).heading).toBe(camera.stand(0, true).heading);
    expect(camera.stand(1, false).heading).toBeGreaterThan(camera.stand(0, false).heading);
  });
});

describe("idleness", () => {
  it("comes after so many ticks without input", () => {
    const page = new Idleness();
    page.tick(10);
    expect(page.tick(10 + IDLE - 1)).toBe(false);
    page.touched();
    expect(page.tick(10 + IDLE)).toBe(false);
    expect(page.tick(9 + 2 * IDLE)).toBe(true);
  });
});

describe("a hunt", () => {
  const GOBLIN = 2 ** 32 - 7;
  const hunt = { ...calm, attacks: [[9, GOBLIN]] } as Told;
  const hunted = (director: Director, from: number, frames: Told[], there = true) =>
    frames.map((told, i) => {
      const frame = frameOf(from + i, told);
      const speciesOf = (id: number) => (there && id === GOBLIN ? "goblin" : null);
      return { ...director.take({ frame, source, rowOf: (id) => frame.agents.id.indexOf(id), speciesOf }) };
    });

  it("is seen, with what is hunted by name, until that is killed", () => {
    const director = new Director();
    const shots = hunted(director, 0, times(SHORTEST + 2, hunt));
    expect(shots.at(-1)).toMatchObject({ kind: "hunt", subjects: [9, GOBLIN] });
    expect(shots.at(-1)?.caption).toMatch(/^A hunt: \S+ #9 of Owl against Goblin 7$/);
    const [over] = hunted(director, SHORTEST + 2, [calm], false);
    expect(over.caption).toBe("Goblin 7 is killed");
  });

  it("is none where the creature is gone before it is shown", () => {
    const shots = hunted(new Director(), 0, times(SHORTEST + 2, hunt), false);
    expect(shots.some(({ kind }) => kind === "hunt")).toBe(false);
  });
});
