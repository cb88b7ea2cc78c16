import { describe, expect, it } from "vitest";
import { BINDINGS, bindingFor, DRIFTS, keyName, keyOf, shownKey } from "./bindings";
import type { Commands } from "./commands";

const event = (key: string, shiftKey = false) => ({ key, shiftKey });

describe("keys", () => {
  it("belong to one thing each", () => {
    const keys = [...BINDINGS.flatMap((binding) => binding.keys), ...Object.keys(DRIFTS)];
    expect(keys.filter((key, i) => keys.indexOf(key) !== i)).toEqual([]);
  });

  it("are named as bindings name them", () => {
    expect(keyName(event(" "))).toBe("Space");
    expect(keyName(event("T"))).toBe("t"); // Caps Lock
    expect(keyName(event("N", true))).toBe("Shift+n");
    expect(keyName(event("?", true))).toBe("?");
  });

  it("are shown as keyboards show them", () => {
    expect([shownKey("Shift+n"), shownKey("Escape"), shownKey("Space")]).toEqual(["Shift + N", "Esc", "Space"]);
  });

  it("T goes to the next overlay, as in the first release", () => {
    const calls: string[] = [];
    bindingFor("t")?.run({ cycleOverlay: () => calls.push("overlay") } as unknown as Commands);
    expect(calls).toEqual(["overlay"]);
  });

  it.each([
    "One tick back, in a replay",
    "One tick ahead",
    "Repeat a replay",
    "Slower",
    "Faster",
    "Normal speed",
    "Next overlay",
    "Search",
    "Follow the selected agent, or stop",
    "Names and bars above agents",
  ])("buttons find the key of: %s", (does) => expect(keyOf(does)).not.toBe(""));
});
