import { describe, expect, it } from "vitest";
import type { Frame } from "../frame";
import { agentName } from "../names";
import { Log, tellFrame } from "./happenings";

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
    expect(told.map(({ text }) => text)).toEqual([
      `${agentName(3)} hit ${agentName(6)} with range, −2`,
      `${agentName(8)} hit ${agentName(6)} with melee, −10`,
      `${agentName(6)} was killed by ${agentName(8)} at age 41`,
    ]);
    expect(told[2]).toMatchObject({ kind: "death", agent: 6, population: 0, place: [7, 9] });
  });

  it("tells other causes, and births", () => {
    const told = tellFrame(
      frame({
        births: { id: u(12), row: h(4), col: h(5), population: b(1) },
        deaths: { id: u(2), age: Int32Array.of(9), row: h(0), col: h(0), population: b(1), cause: b(2) },
      }),
      known,
    );
    expect(told.map(({ text }) => text)).toEqual([`${agentName(2)} starved at age 9`, `${agentName(12)} was born`]);
  });

  it("tells a crowd in one line", () => {
    const many = Array.from({ length: 9 }, (_, i) => i);
    const births = { id: u(...many), row: h(...many), col: h(...many), population: b(...many.map(() => 0)) };
    expect(tellFrame(frame({ births }), known)).toEqual([
      { kind: "birth", text: "9 births", agent: null, population: null, place: null },
    ]);
  });

  it("does without a place for who is not known", () => {
    const attacks = { attacker: u(500), target: u(501), damage: Int32Array.of(1), style: b(2) };
    const [told] = tellFrame(frame({ attacks }), known);
    expect(told).toMatchObject({ text: `${agentName(500)} hit ${agentName(501)} with mage, −1`, place: null });
  });
});

describe("Log", () => {
  const birth = { kind: "birth" as const, text: "", agent: 1, population: 0, place: null };

  it("keeps the last so many, and forgets the future of an earlier tick", () => {
    const log = new Log(3);
    for (const tick of [1, 2, 3, 4]) log.add(tick, [birth]);
    expect(log.entries.map(({ tick }) => tick)).toEqual([2, 3, 4]);
    log.add(3, [birth]);
    expect(log.entries.map(({ tick, sequence }) => [tick, sequence])).toEqual([
      [2, 1],
      [3, 4],
    ]);
  });
});
