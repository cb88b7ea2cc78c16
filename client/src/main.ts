/** Puts the page together. */

import type { App } from "./app";
import type { ServerMessage } from "./protocol";
import { mountScene } from "./scene";
import { Connection } from "./socket";
import { createActions, createStore, type Store } from "./store";
import { mountUi } from "./ui";
import { readParameters } from "./url";
import { World } from "./world";

const url = readParameters(location.search);
const store = createStore(url);
const world = new World();

const connection = new Connection(`${location.origin.replace(/^http/, "ws")}/ws`, url.token, {
  connecting: () => store.set({ connection: { status: "connecting", message: "Connecting …", retryAt: null } }),
  closed: (message, refused, retryAt) =>
    store.set({ connection: { status: refused ? "refused" : "lost", message, retryAt }, report: null }),
  message: (message) => receive(store, message),
  frame: (frame) => {
    world.show(frame);
    store.set({ tick: frame.tick });
  },
  grid: (grid) => {
    if (grid.name === store.get().overlay.name) store.set({ grid });
  },
});
const actions = createActions(store, (message) => connection.send(message));

function receive(target: Store, message: ServerMessage): void {
  const { welcome, selected, play } = target.get();
  switch (message.type) {
    case "welcome":
      if (welcome && welcome.session !== message.session) {
        world.clear();
        target.set({ play: { ...play, status: "watching", id: null, reason: "" } });
      }
      target.set({ welcome: message, connection: { status: "open", message: "", retryAt: null } });
      actions.resend();
      if (!welcome && url.tick !== null && message.abilities.seek) actions.seek(url.tick);
      break;
    case "state":
      target.set({ server: message });
      break;
    case "agent":
      if (message.id === selected) target.set({ report: message });
      break;
    case "joined":
      target.set({
        play: {
          ...play,
          status: message.id !== null ? "playing" : message.waiting ? "joining" : "watching",
          id: message.id,
          reason: message.reason ?? "",
        },
      });
      if (message.id !== null) actions.follow(message.id);
      break;
    case "left":
      target.set({ play: { ...play, status: "watching", id: null, reason: message.reason } });
      break;
    case "error":
      target.set({ refusal: { message: message.message } });
      break;
  }
}

const canvas = document.querySelector<HTMLCanvasElement>("#scene");
const panels = document.querySelector<HTMLElement>("#ui");
if (!canvas || !panels) throw new Error("the page lacks its canvas");
const parts = { store, actions, world, url };
const scene = mountScene(canvas, parts, (tick) => connection.send({ type: "ack", tick }));
const app: App = { ...parts, scene };
store.watch(
  (state) => state.theme,
  (theme) => {
    document.documentElement.dataset.theme = theme;
  },
);
if (!url.headless) mountUi(app, panels);
connection.open();
