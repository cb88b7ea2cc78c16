/** Puts the page together. */

import type { App, SceneHandle } from "./app";
import { mountScene } from "./scene";
import { listen } from "./session";
import { Sight } from "./sight";
import { Connection } from "./socket";
import { createActions, createStore } from "./store";
import { mountUi } from "./ui";
import { readParameters, socketAddress } from "./url";
import { World } from "./world";

const canvas = document.querySelector<HTMLCanvasElement>("#scene");
const panels = document.querySelector<HTMLElement>("#ui");
if (!canvas || !panels) throw new Error("the page lacks its canvas");

const url = readParameters(location.search);
const store = createStore(url);
const world = new World();
const actions = createActions(store, (message) => connection.send(message));
const connection = new Connection(
  socketAddress(location.href, url.token),
  url.token,
  listen(store, world, actions, url),
);
const parts = { store, actions, world, sight: new Sight(store, world), url };

store.watch(
  (state) => state.theme,
  (theme) => {
    document.documentElement.dataset.theme = theme;
  },
);
const scene = drawOn(canvas);
const app: App = { ...parts, scene: scene ?? nothingDrawn() };
if (!url.headless) mountUi(app, panels, canvas);
// Where nothing is drawn, the panels follow the world all the same.
if (!scene) world.onFrame(({ tick }) => connection.send({ type: "ack", tick }));
connection.open();

/** The scene, or null with a message where the browser cannot draw it. */
function drawOn(surface: HTMLCanvasElement): SceneHandle | null {
  try {
    return mountScene(surface, parts, (tick) => connection.send({ type: "ack", tick }));
  } catch {
    store.set({ graphics: "missing" });
    return null;
  }
}

function nothingDrawn(): SceneHandle {
  const nothing = () => {};
  return { resetCamera: nothing, focus: nothing, pan: nothing, turn: nothing, zoom: nothing, pick: () => null };
}
