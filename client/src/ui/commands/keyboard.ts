/** The keyboard: which keys reach the page, and the ones that are held. */

import type { SceneHandle } from "../../app";
import { bindingFor, DRIFTS, keyName } from "./bindings";
import type { Commands } from "./commands";

/** Takes keys before anyone else; says whether it wanted this one. */
export interface KeyTaker {
  keyDown(key: string, repeated: boolean): boolean;
  keyUp(key: string): void;
  allUp(): void;
}

/** The name of a key that was pressed; null if it is left to the browser, or to the element that has the focus. */
export function keyForPage(event: KeyboardEvent): string | null {
  const left = event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented || isTaken(event);
  return left ? null : keyName(event);
}

/** Listens on the whole page. Keys typed into fields, and those with Ctrl, Alt or Meta, are left to the browser. */
export function listenToKeys(commands: Commands, scene: SceneHandle, player: KeyTaker): void {
  const drift = driftCamera(scene);
  const takers = [player, drift];
  addEventListener("keydown", (event) => {
    const key = keyForPage(event);
    if (key === null) return;
    const taken = takers.some((taker) => taker.keyDown(key.replace("Shift+", ""), event.repeat));
    const binding = taken ? undefined : bindingFor(key);
    if (binding && !event.repeat) binding.run(commands);
    if (taken || binding) event.preventDefault();
  });
  addEventListener("keyup", (event) => {
    for (const taker of takers) taker.keyUp(keyName(event).replace("Shift+", ""));
  });
  addEventListener("blur", () => {
    for (const taker of takers) taker.allUp();
  });
}

const SLIDER_KEYS = new Set([
  ..."ArrowLeft ArrowRight ArrowUp ArrowDown".split(" "),
  ..."Home End PageUp PageDown".split(" "),
]);

/** Whether the element that has the focus needs the key itself. */
function isTaken({ target, key }: KeyboardEvent): boolean {
  if (document.querySelector("dialog[open]")) return true;
  if (key === "Escape" && document.querySelector(":popover-open")) return true;
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement && target.type === "range") return SLIDER_KEYS.has(key);
  const pressable = target.closest("button, a, input[type=checkbox]") !== null;
  if (pressable) return key === " " || key === "Enter";
  return target.closest("input, select, textarea") !== null;
}

/** Moves the camera smoothly while its keys are held. */
function driftCamera(scene: SceneHandle): KeyTaker {
  const held = new Set<string>();
  let last = 0;
  const frame = (now: number) => {
    if (held.size === 0) return;
    const seconds = Math.min((now - last) / 1000, 0.1);
    last = now;
    const sum = { right: 0, ahead: 0, turn: 0, tilt: 0, zoom: 0 };
    for (const key of held)
      for (const [name, rate] of Object.entries(DRIFTS[key])) sum[name as keyof typeof sum] += rate * seconds;
    if (sum.right || sum.ahead) scene.pan(sum.right, sum.ahead);
    if (sum.turn || sum.tilt) scene.turn(sum.turn, sum.tilt);
    if (sum.zoom) scene.zoom(Math.exp(sum.zoom));
    requestAnimationFrame(frame);
  };
  return {
    keyDown(key) {
      if (!(key in DRIFTS)) return false;
      if (held.size === 0) {
        last = performance.now();
        requestAnimationFrame(frame);
      }
      held.add(key);
      return true;
    },
    keyUp: (key) => void held.delete(key),
    allUp: () => held.clear(),
  };
}
