import { describe, expect, it } from "vitest";
import { SPECIES, speciesColour } from "./creatures";
import { declaredIn, furtherOf, levelOf, OURS, planted, raised, shortName, told } from "./declared";
import { creatureColours, layout, outside, outsideFrame } from "./fixtures";
import { columnOf, frameDecoder } from "./frame";
import type { FieldLayout } from "./protocol";
import { GROUND } from "./scene/ground";
import { valueText } from "./ui/agent/systems";

const world = declaredIn(outside);
const column = (name: string) => world.columns.find((field) => field.name === name) as FieldLayout;

describe("what a layout declares", () => {
  it("is nothing but ours in a world of our own systems", () => expect(declaredIn(layout)).toEqual(OURS));

  it("has the names of all, and what viewers draw of materials from outside", () => {
    expect(world.materials.slice(5)).toEqual(["stone", "orerock", "berry", "wall"]);
    expect(world.causes.slice(3)).toEqual(["thirst", "poison"]);
    expect(world.columns.map(({ name }) => name)).toEqual([
      ...["poisoned", "immune", "bag_0", "steps", "weight", "__proto__", "eat"],
    ]);
    expect(furtherOf(world, 7)?.colour).toBe("#b01e6b");
    expect([furtherOf(world, 6), furtherOf(world, 9), furtherOf(world, -1)]).toEqual([null, null, null]);
  });

  it("raises what is in the way, and plants what is not", () => {
    expect(raised(world)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 1.5]);
    expect(planted(world)).toEqual([0, 0, 0, 0, 0, 0, 0, 0.4, 0]);
  });
});

describe("our materials", () => {
  it("are drawn in the colours that their systems declare", () =>
    expect(GROUND.map(({ far }) => far)).toEqual(outside.materials?.slice(0, 7).map(({ colour }) => colour)));
});

describe("our creatures", () => {
  it("are drawn in the colours that their system declares", () =>
    expect(SPECIES.slice(1).map((name) => speciesColour(name))).toEqual(creatureColours));
});

describe("columns from outside", () => {
  const { agents, plane, deaths } = outsideFrame();
  const values = (name: string) => [...(columnOf(agents, name) ?? [])];

  it("are decoded whatever their type", () => {
    expect(values("poisoned")).toEqual([12, 0]);
    expect(values("bag_0")).toEqual([0.5, 0]);
    expect(values("steps")).toEqual([2n ** 53n + 1n, -5n]);
    expect(values("weight")).toEqual([71.25, 3.5]);
    expect(values("__proto__")).toEqual([9, 8]);
    expect([plane.material[6], plane.material[9], deaths.cause[0]]).toEqual([7, 8, 4]);
  });

  it("of a type that the page does not know are one error, before any frame", () => {
    const sections = outside.sections.map((s) => ({
      ...s,
      fields: s.fields.map((f) => (f.name === "weight" ? { ...f, type: "float16" } : f)),
    }));
    expect(() => frameDecoder({ ...outside, sections })).toThrow("agents.weight is of type float16");
  });

  it("are told by their names, or as they are", () => {
    expect(told(column("immune"), 1, false)).toBe("yes");
    expect(told(column("immune"), 7, false)).toBe(7);
    expect(told(column("eat"), 0, false)).toBe("leave");
    expect(told(column("poisoned"), 12, true)).toBe(12);
  });

  it("are not known where nobody has chosen, and in a fair seat", () => {
    expect(told(column("eat"), 255, false)).toBeNull();
    expect([false, true].map((fair) => told(column("poisoned"), -32768, fair))).toEqual([-32768, null]);
    expect([false, true].map((fair) => told(column("bag_0"), Number.NaN, fair))).toEqual([Number.NaN, null]);
    expect(told(column("steps"), -(2n ** 63n), true)).toBeNull();
  });

  it("have a level where their range is known", () => {
    expect([-3, 0, 12, 30, 99].map((value) => levelOf(column("poisoned"), value))).toEqual([0, 0, 0.4, 1, 1]);
    expect(levelOf(column("bag_0"), 1)).toBeNull();
    expect(levelOf({ ...column("poisoned"), low: 3, high: 3 }, 3)).toBeNull();
    expect(levelOf(column("poisoned"), Number.NaN)).toBeNull();
  });

  it("are called without their system, and told with their unit", () => {
    expect(shortName({ ...column("eat"), name: "poison.bag_0" })).toBe("bag 0");
    expect(valueText(12, "ticks")).toBe("12 ticks");
    expect(valueText(1, "ticks")).toBe("1 tick");
    expect(valueText(1, "kg")).toBe("1 kg");
    expect(valueText(0.25, "kg")).toBe("0.25 kg");
    expect(valueText(2n ** 53n + 1n, "")).toBe("9,007,199,254,740,993");
    expect(valueText(Number.NaN, "kg")).toBe("– kg");
  });
});
