import { describe, expect, it } from "vitest";
import { type Declared, OURS } from "./declared";
import { source } from "./fixtures";
import { mostHealthOf } from "./health";
import type { FieldLayout } from "./protocol";

const field = (name: string): FieldLayout => ({
  name,
  system: "skills",
  declared: "field",
  type: "uint8",
  unit: "levels",
  meaning: "",
  names: [],
  unknown: 255,
});
const of = (...names: string[]): Declared => ({ ...OURS, columns: names.map(field) });
const health = Int16Array.of(9, 25, 4);
const each = (declared: Declared, columns: object = {}) => {
  const most = mostHealthOf({ health, ...columns }, declared, source);
  return [0, 1, 2].map((row) => most(row));
};

describe("the most health", () => {
  it("is that of the configuration where nobody has skills", () =>
    expect(each(OURS)).toEqual([0, 1, 2].map(() => ({ most: 10, told: true }))));

  it("is the level of constitution where agents have skills, and open where that is unknown", () => {
    const levels = Uint8Array.of(10, 30, 255);
    expect(each(of("combat_level", "constitution_level"), { constitution_level: levels })).toEqual([
      { most: 10, told: true },
      { most: 30, told: true },
      { most: 10, told: false },
    ]);
  });

  it("is not told by replays from before, and no less than what somebody has", () =>
    expect(each(of("combat_level"))).toEqual([
      { most: 10, told: false },
      { most: 25, told: false },
      { most: 10, told: false },
    ]));
});
