import { describe, expect, it } from "vitest";
import type { Welcome } from "../../protocol";
import { readParameters } from "../../url";
import { momentUrl } from "./share";
import { nextSpeed, SPEEDS } from "./speeds";

describe("momentUrl", () => {
  const overlay = { name: "value" as const, population: 3, food: null, water: null };
  const welcome = (seek: boolean) => ({ abilities: { seek } }) as Welcome;
  const read = (url: string) => readParameters(new URL(url).search);

  it("leads back to tick, agent, camera and overlay", () => {
    const url = momentUrl("http://localhost:8080/?theme=dark", {
      welcome: welcome(true),
      tick: 812,
      selected: 40,
      camera: "follow",
      overlay,
    });
    expect(read(url)).toMatchObject({
      tick: 812,
      agent: 40,
      follow: true,
      overlay: "value",
      population: 3,
      theme: null,
    });
  });

  it("does not pass the token on, nor a tick that nobody can go back to", () => {
    const url = momentUrl("http://localhost:8080/?token=secret", {
      welcome: welcome(false),
      tick: 9,
      selected: null,
      camera: "orbit",
      overlay: { ...overlay, name: null },
    });
    expect(url).toBe("http://localhost:8080/");
  });

  it("leads to a section that is to lie open", () => {
    const nothing = { ...overlay, name: null };
    const state = { welcome: welcome(false), tick: 9, selected: null, camera: "orbit" as const, overlay: nothing };
    expect(read(momentUrl("http://localhost:8080/", state, "exchange")).panel).toBe("exchange");
    expect(read("http://localhost:8080/?panel=agent").panel).toBeNull();
  });
});

describe("nextSpeed", () => {
  it("goes up and down its steps", () => {
    expect([nextSpeed(1, 1), nextSpeed(1, -1), nextSpeed(3, 1), nextSpeed(3, -1)]).toEqual([2, 0.5, 4, 2]);
  });
  it("stays at the ends", () => {
    expect(nextSpeed(SPEEDS[0], -1)).toBe(SPEEDS[0]);
    expect(nextSpeed(100, 1)).toBe(100);
  });
  it("does not stick at a speed that lost digits on its way", () => {
    expect(nextSpeed(0.10000000149011612, 1)).toBe(0.25);
  });
});
