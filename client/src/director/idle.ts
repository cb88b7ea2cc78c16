/** When nobody touches the page, the director takes the camera; whoever touches it has the camera again. */

import type { App } from "../app";

/** So many ticks without any input make a page idle. */
export const IDLE = 150;
const INPUTS = ["pointerdown", "wheel", "keydown", "touchstart"] as const;

/** Counts ticks from the last input on. */
export class Idleness {
  private ticks = 0;
  private last = Number.NaN;

  /** A frame has come. @returns whether the page is idle. */
  tick(tick: number): boolean {
    this.ticks += tick > this.last ? Math.min(tick - this.last, IDLE) : 0;
    this.last = tick;
    return this.ticks >= IDLE;
  }

  /** Somebody is there. */
  touched(): void {
    this.ticks = 0;
  }
}

/**
 * Hands the camera over and back.
 *
 * @param byItself whether an idle page is directed at all; who wants less motion asks for it with the key.
 * @param isToggle whether a key asks for the director, or sends it away, by itself.
 */
export function watchIdleness(
  { store, actions, world }: Pick<App, "store" | "actions" | "world">,
  byItself: boolean,
  isToggle: (event: Event) => boolean,
): void {
  const idleness = new Idleness();
  world.onFrame(({ tick }) => {
    const { camera, selected, play } = store.get();
    const free = camera === "orbit" && selected === null && play.status === "watching";
    if (idleness.tick(tick) && free && byItself) actions.direct();
  });
  for (const input of INPUTS) {
    addEventListener(
      input,
      (event) => {
        idleness.touched();
        if (store.get().camera === "director" && !isToggle(event)) actions.orbit();
      },
      { capture: true, passive: true },
    );
  }
}
