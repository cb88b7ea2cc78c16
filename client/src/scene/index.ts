/** The picture: the world in three dimensions. */

import type { App, SceneHandle } from "../app";

export function mountScene(
  _canvas: HTMLCanvasElement,
  _app: Omit<App, "scene">,
  _drawn: (tick: number) => void,
): SceneHandle {
  return {
    resetCamera() {},
    focus() {},
    pan() {},
    turn() {},
    zoom() {},
    pick: () => null,
  };
}
