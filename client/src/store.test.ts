import { describe, expect, it, vi } from "vitest";
import { frame, welcome } from "./fixtures";
import { Observable } from "./observable";
import type { ClientMessage, ServerMessage } from "./protocol";
import { listen } from "./session";
import type { ExchangeReport, FameReport, LifeReport } from "./society";
import { createActions, createStore } from "./store";
import { readParameters, socketAddress } from "./url";
import { World } from "./world";

function page(search = "") {
  const url = readParameters(search);
  const sent: ClientMessage[] = [];
  const store = createStore(url);
  const world = new World();
  const actions = createActions(store, (message) => sent.push(message));
  const listener = listen(store, world, actions, url);
  return { sent, store, world, actions, listener, hear: (message: ServerMessage) => listener.message(message) };
}

describe("Observable", () => {
  it("tells watchers of what they picked, now and on change, until they leave", () => {
    const state = new Observable({ a: 1, b: 1 });
    const heard: number[] = [];
    const leave = state.watch(
      ({ a }) => a,
      (a) => heard.push(a),
    );
    state.set({ b: 2 });
    state.set({ a: 2 });
    state.set({ a: 2 });
    leave();
    state.set({ a: 3 });
    expect(heard).toEqual([1, 2]);
  });
});

describe("moments", () => {
  it("are found from the tick that is shown, and come about before one's eyes, paused", () => {
    const { actions, hear, sent, store } = page();
    hear({ ...welcome, source: { ...welcome.source, ticks: [10, 90] } });
    store.set({ tick: 40 });
    actions.find("kill", true);
    hear({ type: "found", what: "kill", forward: true, tick: 55 });
    expect(sent).toEqual([
      { type: "control", do: "pause" },
      { type: "find", what: "kill", tick: 40, forward: true },
      { type: "control", do: "seek", value: 54 },
      { type: "control", do: "step" },
    ]);
    hear({ type: "found", what: "death", forward: false, tick: null });
    expect(store.get().refusal?.message).toBe("There is no earlier death in this replay.");
    hear({ type: "found", what: "death", forward: false, tick: 10 });
    expect(sent.slice(4)).toEqual([{ type: "control", do: "seek", value: 10 }]);
  });
});

describe("actions", () => {
  it("ask the server about the selected agent, once", () => {
    const { actions, sent, store } = page();
    actions.select(7);
    actions.select(7);
    actions.select(null);
    expect(sent).toEqual([
      { type: "inspect", id: 7 },
      { type: "inspect", id: null },
    ]);
    expect(store.get().selected).toBeNull();
  });
  it("ask about lives where there is something to tell of them", () => {
    const { actions, sent, store, hear } = page("?agent=4");
    hear({ ...welcome, abilities: { ...welcome.abilities, life: true } });
    actions.select(7);
    expect(sent).toEqual([
      { type: "inspect", id: 4 },
      { type: "life", id: 4 },
      { type: "inspect", id: 7 },
      { type: "life", id: 7 },
    ]);
    hear({ type: "life", id: 4, tick: 9, known: false } as LifeReport);
    expect(store.get().life).toBeNull();
    hear({ type: "life", id: 7, tick: 9, known: false } as LifeReport);
    expect(store.get().life?.id).toBe(7);
    actions.select(null);
    expect(store.get().life).toBeNull();
  });
  it("ask for one book of the exchange, where there is one, and say so again", () => {
    const { actions, sent, store, hear } = page();
    hear(welcome);
    actions.askExchange(0);
    expect(sent).toEqual([]);
    const trading = { ...welcome, abilities: { ...welcome.abilities, exchange: { books: 2, prices: [1, 2] } } };
    hear(trading);
    actions.askExchange(0);
    actions.askExchange(0);
    hear({ type: "exchange", book: 1 } as ExchangeReport);
    expect(store.get().exchange).toBeNull();
    hear({ type: "exchange", book: 0 } as ExchangeReport);
    expect(store.get().exchange?.book).toBe(0);
    hear(trading);
    actions.askExchange(null);
    expect(sent.map((message) => message.type === "exchange" && message.book)).toEqual([0, 0, null]);
    hear(trading);
    expect(sent.length).toBe(3);
  });
  it("ask who stands out while somebody looks, where that is known", () => {
    const { actions, sent, store, hear } = page();
    hear(welcome);
    actions.askFame(true);
    hear({ ...welcome, abilities: { ...welcome.abilities, fame: true } });
    const report: FameReport = { type: "fame", tick: 3, since: 1, boards: [] };
    hear(report);
    expect(store.get().fame).toBeNull();
    actions.askFame(true);
    hear(report);
    expect(store.get().fame).toEqual(report);
    hear({ ...welcome, abilities: { ...welcome.abilities, fame: true } });
    actions.askFame(false);
    expect(sent).toEqual([true, true, false].map((shown) => ({ type: "fame", shown })));
    expect(store.get().fame).toBeNull();
  });
  it("follow whom they select, and stop when nobody is selected", () => {
    const { actions, store } = page();
    actions.follow();
    expect(store.get().camera).toBe("orbit");
    actions.follow(3);
    expect([store.get().camera, store.get().selected]).toEqual(["follow", 3]);
    actions.select(null);
    expect(store.get().camera).toBe("orbit");
  });
  it("go round the overlays that the server offers", () => {
    const { actions, store, hear } = page();
    hear(welcome);
    const seen = [1, 2, 3].map(() => {
      actions.cycleOverlay();
      return store.get().overlay.name;
    });
    expect(seen).toEqual(["visits", "value", null]);
  });
  it("keep the speed within what the protocol allows", () => {
    const { actions, sent } = page();
    for (const speed of [0.01, 2, 1000]) actions.setSpeed(speed);
    expect(sent.map((message) => "value" in message && message.value)).toEqual([0.1, 2, 100]);
  });
});

describe("listen", () => {
  it("says again after a new connection what the server must know, and seeks the moment of the address once", () => {
    const { hear, sent } = page("?agent=7&overlay=value&population=1&tick=30");
    hear(welcome);
    const again = [
      { type: "inspect", id: 7 },
      { type: "overlay", name: "value", population: 1, food: null, water: null },
    ];
    expect(sent).toEqual([...again, { type: "control", do: "seek", value: 30 }]);
    hear(welcome);
    expect(sent.slice(3)).toEqual(again);
  });
  it("forgets the world when another server answers, and keeps it for the same", () => {
    const { hear, listener, world } = page();
    hear(welcome);
    listener.frame(frame("first"));
    hear(welcome);
    expect(world.frame?.tick).toBe(41);
    hear({ ...welcome, session: "two" });
    expect(world.frame).toBeNull();
  });
  it("takes reports of the selected agent alone", () => {
    const { hear, store, actions } = page();
    actions.select(7);
    const report = { type: "agent", id: 8 } as ServerMessage & { type: "agent" };
    hear(report);
    expect(store.get().report).toBeNull();
    hear({ ...report, id: 7 });
    expect(store.get().report?.id).toBe(7);
  });
  it("follows the agent one plays, and says why it ended", () => {
    const { hear, store } = page();
    hear({ type: "joined", id: 7 });
    expect([store.get().play.status, store.get().play.id, store.get().camera]).toEqual(["playing", 7, "follow"]);
    hear({ type: "left", reason: "It died." });
    expect(store.get().play).toMatchObject({ status: "watching", id: null, reason: "It died." });
  });
  it("takes nothing for its own that was said before the server knew that one has left", () => {
    const { hear, store, actions } = page();
    actions.join(null);
    actions.leave();
    hear({ type: "joined", id: 7 });
    expect(store.get().play).toMatchObject({ status: "watching", id: null });
    actions.join(null);
    hear({ type: "left", reason: "you handed it back" });
    expect(store.get().play).toMatchObject({ status: "joining", over: null, reason: "" });
    hear({ type: "joined", id: 8 });
    expect(store.get().play).toMatchObject({ status: "playing", id: 8 });
  });
  it("drops a grid that nobody wants any more", () => {
    const { listener, store, actions } = page();
    const grid = { name: "visits" } as Parameters<typeof listener.grid>[0];
    listener.grid(grid);
    expect(store.get().grid).toBeNull();
    actions.setOverlay("visits");
    listener.grid(grid);
    expect(store.get().grid).toBe(grid);
  });
});

describe("World", () => {
  it("keeps the map up to date and finds agents by id", () => {
    const world = new World();
    const heard = vi.fn();
    world.onFrame(heard);
    world.show(frame("second"));
    expect(heard).not.toHaveBeenCalled(); // no map yet
    world.show(frame("first"));
    expect(world.plane[6]).toBe(4);
    world.show(frame("second"));
    expect(world.plane[6]).toBe(3);
    expect([world.frame?.tick, world.previous?.tick]).toEqual([42, 41]);
    expect(world.agent(70_001)).toMatchObject({ id: 70_001, row: 1, col: 1, population: 1, move: 255 });
    expect(world.agent(70_000)).toBeNull();
    expect(heard).toHaveBeenCalledTimes(2);
  });
});

describe("socketAddress", () => {
  it("lies beside the page, whatever path that is at", () => {
    expect(socketAddress("http://localhost:8080/?token=abc#x")).toBe("ws://localhost:8080/ws");
    expect(socketAddress("https://hub.org/user/ann/proxy/8080/?tick=3")).toBe("wss://hub.org/user/ann/proxy/8080/ws");
  });
});

describe("readParameters", () => {
  it("reads a shared moment", () => {
    expect(
      readParameters(
        "?tick=120&agent=3&follow=1&overlay=visits&theme=light&quality=low&headless=1&panel=exchange&token=a%2Bb",
      ),
    ).toEqual({
      tick: 120,
      agent: 3,
      follow: true,
      overlay: "visits",
      panel: "exchange",
      theme: "light",
      quality: "low",
      present: false,
      beside: false,
      director: null,
      headless: true,
      still: false,
      token: "a+b",
      population: null,
    });
  });
  it("starts with a camera that follows, if there is whom to follow", () => {
    const camera = (search: string) => createStore(readParameters(search)).get().camera;
    expect([camera("?agent=3&follow=1"), camera("?agent=3"), camera("?follow=1")]).toEqual([
      "follow",
      "orbit",
      "orbit",
    ]);
  });
  it("leaves out what makes no sense", () => {
    const nonsense = readParameters("?tick=-1&agent=x&overlay=gold&theme=pink&population=1e9&headless=yes");
    expect(Object.values(nonsense).filter((value) => value !== null && value !== false)).toEqual([]);
  });
});
