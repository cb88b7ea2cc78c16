import { describe, expect, it } from "vitest";
import { declaredIn } from "../../declared";
import { grown, grownFrames } from "../../fixtures";
import type { Frame } from "../../frame";
import type { Events } from "../../protocol";
import { Log, sentence, tellEvents, tellFrame } from "./happenings";

const u = (...values: number[]) => Uint32Array.from(values);
const b = (...values: number[]) => Uint8Array.from(values);
const h = (...values: number[]) => Uint16Array.from(values);

function frame(parts: Partial<Frame>): Frame {
  const nothing = {
    attacks: { attacker: u(), target: u(), damage: Int32Array.of(), style: b() },
    births: { id: u(), row: h(), col: h(), population: b() },
    deaths: { id: u(), age: Int32Array.of(), row: h(), col: h(), population: b(), cause: b() },
  };
  return { tick: 5, ...nothing, ...parts } as unknown as Frame;
}

const said = (happening: Parameters<typeof sentence>[0]) => sentence(happening, (id) => `#${id}`);
const known = (id: number) => (id < 100 ? { population: id % 2, row: id, col: 1 } : null);

describe("tellFrame", () => {
  it("names the killer of who was killed", () => {
    const told = tellFrame(
      frame({
        attacks: { attacker: u(3, 8), target: u(6, 6), damage: Int32Array.of(2, 10), style: b(1, 0) },
        deaths: { id: u(6), age: Int32Array.of(41), row: h(7), col: h(9), population: b(0), cause: b(0) },
      }),
      known,
    );
    expect(told.map(said)).toEqual([
      "#3 hit #6 with range, −2",
      "#8 hit #6 with melee, −10",
      "#6 was killed by #8 at age 41",
    ]);
    expect(told[2]).toMatchObject({ kind: "death", tick: 5, place: [7, 9] });
    expect(told[2].parts[0]).toEqual({ id: 6, population: 0 });
  });

  it("tells other causes, and births", () => {
    const told = tellFrame(
      frame({
        births: { id: u(12), row: h(4), col: h(5), population: b(1) },
        deaths: { id: u(2), age: Int32Array.of(9), row: h(0), col: h(0), population: b(1), cause: b(2) },
      }),
      known,
    );
    expect(told.map(said)).toEqual(["#2 starved at age 9", "#12 was born"]);
  });

  it("tells a crowd in one line", () => {
    const many = Array.from({ length: 9 }, (_, i) => i);
    const births = { id: u(...many), row: h(...many), col: h(...many), population: b(...many.map(() => 0)) };
    expect(tellFrame(frame({ births }), known)).toEqual([{ tick: 5, kind: "birth", parts: ["9 births"], place: null }]);
  });

  it("does without a place for who is not known", () => {
    const attacks = { attacker: u(500), target: u(501), damage: Int32Array.of(1), style: b(2) };
    const [told] = tellFrame(frame({ attacks }), known);
    expect(said(told)).toBe("#500 hit #501 with mage, −1");
    expect(told).toMatchObject({ place: null, parts: [{ id: 500, population: null }, "hit", { id: 501 }, {}] });
  });
});

describe("tellEvents", () => {
  it("tells each birth and death at its own tick, and counts what is not known one by one", () => {
    const events: Events = {
      type: "events",
      births: { tick: [7, 9], id: [20, 21], row: [1, 2], col: [3, 4], population: [0, 1] },
      deaths: {
        ...{ tick: [7], id: [6], row: [5], col: [5], population: [1], age: [40] },
        ...{ cause: [0], killer: [8], killer_kind: [0] },
      },
      attacks: { count: 12, damage: 2050 },
      untold: { births: 2, deaths: 1 },
    };
    const told = tellEvents(events, 9, known);
    expect(told.map((each) => [each.tick, each.kind, said(each)])).toEqual([
      [7, "death", "#6 was killed by #8 at age 40"],
      [7, "birth", "#20 was born"],
      [9, "birth", "#21 was born"],
      [9, "attack", "12 attacks, −2,050 health, in ticks not shown"],
      [9, "gap", "2 births and 1 death in ticks not shown"],
    ]);
  });
});

describe("Log", () => {
  const birth = (tick: number) => ({ tick, kind: "birth" as const, parts: [], place: null });

  it("keeps the last so many, and forgets the future of an earlier tick", () => {
    const log = new Log(3);
    for (const tick of [1, 2, 3, 4]) log.add(tick, [birth(tick)]);
    expect(log.entries.map(({ tick }) => tick)).toEqual([2, 3, 4]);
    log.add(3, [birth(3)]);
    expect(log.entries.map(({ tick, sequence }) => [tick, sequence])).toEqual([
      [2, 1],
      [3, 4],
    ]);
  });

  it("tells what was missed at the tick in which it happened, but not what a replay that went back has yet to show", () => {
    const log = new Log(9);
    log.add(5, [birth(5)]);
    log.add(9, [birth(6), birth(8), birth(9)]);
    expect(log.entries.map(({ tick }) => tick)).toEqual([5, 6, 8, 9]);
    log.add(2, [birth(10), birth(1), birth(2)]);
    expect(log.entries.map(({ tick }) => tick)).toEqual([1, 2]);
  });

  it("is filled from the front, and says whether there was more", () => {
    const log = new Log(4);
    log.add(7, [birth(7)]);
    log.fill([birth(3), birth(5)], true);
    expect(log.more).toBe(true);
    expect(log.entries.map(({ tick }) => tick)).toEqual([3, 5, 7]);
    expect(new Set(log.entries.map(({ sequence }) => sequence)).size).toBe(3);
    expect(log.entries[0].sequence).toBeLessThan(log.entries[1].sequence);
    log.clear();
    expect(log.more).toBe(false);
    log.add(9, [9, 9, 9, 9, 9].map(birth));
    expect(log.more).toBe(true);
  });
});

describe("deeds", () => {
  const [, second] = grownFrames();
  const { deeds } = declaredIn(grown);
  const nobody = () => null;
  const deedsOf = (frame: Frame) =>
    tellFrame(frame, nobody, undefined, deeds)
      .filter(({ kind }) => kind === "deed")
      .map((told) => sentence(told, (id) => `<${id}>`));

  it("are told in words, but for those that happen all the time", () =>
    expect(deedsOf(second)).toEqual([`<8> sold tin ore to <7> for 3 gold`, `<8> killed <${2 ** 32 - 1}>`]));

  it("of systems from outside are told by their names", () => {
    const other = deeds.map((deed) => ({ ...deed, name: `${deed.name}_wool`, names: [] }));
    const told = tellFrame(second, nobody, undefined, other).filter(({ kind }) => kind === "deed");
    expect(told.map((one) => sentence(one, (id) => `<${id}>`))).toEqual([
      "<7> make wool",
      "<8> trade wool <7>",
      `<8> slay wool <${2 ** 32 - 1}>`,
    ]);
  });

  it("are counted where there are many of one kind", () => {
    const many = (from: Uint32Array | Int32Array | Uint8Array) => from.constructor as never;
    const nine = Object.fromEntries(
      Object.entries(second.deeds ?? {}).map(([name, column]) => [
        name,
        new (many(column) as Uint8ArrayConstructor)(9).fill(column[1]),
      ]),
    ) as unknown as Frame["deeds"];
    expect(deedsOf({ ...second, deeds: nine })).toEqual(["9 trades"]);
  });
});
