/** The scene: the world in three dimensions, and what the rest of the page may ask of it. */

import "./scene.css";
import type { SceneHandle } from "../app";
import { photograph } from "../director/photograph";
import { onScreen } from "./picking";
import { type Parts, Picture } from "./picture";
import { groundAt } from "./relief";
import type { Probe } from "./stats";

/**
 * Draws the world on a canvas from now on.
 *
 * @param drawn is told the tick of each frame when it has been drawn.
 * @throws Error if the browser has no WebGL 2.
 */
export function mountScene(canvas: HTMLCanvasElement, app: Parts, drawn: (tick: number) => void): SceneHandle {
  const picture = new Picture(canvas, app, drawn);
  const handle = makeHandle(picture, app);
  window.__embyr = Object.assign(picture.stats, makeProbe(canvas, picture, app, handle));
  return handle;
}

function makeHandle(picture: Picture, { actions }: Parts): SceneHandle {
  const { rig } = picture;
  return {
    resetCamera() {
      actions.orbit();
      rig.reset();
    },
    focus(row, col) {
      actions.orbit();
      rig.focus(row, col);
    },
    pan(right, ahead) {
      actions.orbit();
      rig.pan(right, ahead);
    },
    turn: (around, tilt = 0) => rig.turn(around, tilt),
    zoom: (factor) => rig.zoom(factor),
    pick: (x, y) => picture.pick(x, y),
  };
}

function makeProbe(canvas: HTMLCanvasElement, picture: Picture, { world, store }: Parts, scene: SceneHandle): Probe {
  const point = (x: number, y: number, z: number) => {
    const found = onScreen(picture.screen, x, y, z);
    return found && { x: found.x, y: found.y };
  };
  return {
    scene,
    world: () => world,
    pick: scene.pick,
    agentScreen(id) {
      const row = picture.actors.rowOf(id);
      const { actors } = picture;
      if (row < 0 || !actors.isAlive(row)) return null;
      const [x, y, z] = actors.position(row, picture.shared.uAlpha.value);
      return point(x, y + (actors.speciesOf(row) > 0 ? 0.35 : 0.5), z);
    },
    tileScreen(row, col) {
      const { relief } = picture;
      return relief && point(col + 0.5, groundAt(relief, col + 0.5, row + 0.5), row + 0.5);
    },
    overlayTick: () => store.get().grid?.tick ?? null,
    alpha: () => picture.shared.uAlpha.value,
    view: () => picture.rig.view(),
    distance: () => picture.rig.distance,
    hold: (alpha, seconds) => picture.hold(alpha, seconds),
    release: () => picture.release(),
    pass: () => picture.pass(),
    photograph: () => photograph(canvas, store.get().caption),
  };
}
