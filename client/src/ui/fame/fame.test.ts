import { describe, expect, it } from "vitest";
import type { FamePlace } from "../../society";
import { meritOf } from "./fame";

describe("what a place in the hall of fame is for", () => {
  const place = (value: number): FamePlace => ({
    id: 1,
    population: 0,
    value,
    died: null,
    skill: "fishing",
    level: 12,
  });
  it("is told with its unit", () => {
    expect(meritOf({ name: "oldest", unit: "ticks" }, place(1234))).toBe("1,234 ticks");
    expect(meritOf({ name: "richest", unit: "gold" }, place(49.6))).toBe("50 gold");
    expect(meritOf({ name: "children", unit: "children" }, place(1))).toBe("1 child");
    expect(meritOf({ name: "kills", unit: "kills" }, place(1))).toBe("1 kill");
    expect(meritOf({ name: "levels", unit: "levels" }, place(29))).toBe("29, fishing 12");
  });
});
