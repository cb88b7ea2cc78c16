/** The pointer on the canvas: a click selects, a double click follows, a rest shows who is there. */

import type { Pick } from "../app";
import type { Actions } from "../store";

const STILL = 5;

export class Pointer {
  private at: { x: number; y: number } | null = null;
  private moved = false;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly pick: (x: number, y: number) => Pick | null,
    private readonly actions: Actions,
    focus: (row: number, col: number) => void,
  ) {
    let down: { x: number; y: number } | null = null;
    canvas.addEventListener("pointerdown", (event) => {
      down = event.button === 0 && event.isPrimary ? { x: event.offsetX, y: event.offsetY } : null;
    });
    canvas.addEventListener("pointerup", ({ offsetX: x, offsetY: y }) => {
      if (down && Math.hypot(x - down.x, y - down.y) < STILL) actions.select(this.pick(x, y)?.agent ?? null);
      down = null;
    });
    canvas.addEventListener("dblclick", ({ offsetX: x, offsetY: y }) => {
      const found = this.pick(x, y);
      if (found && found.agent !== null) actions.follow(found.agent);
      else if (found) focus(found.row, found.col);
    });
    canvas.addEventListener("pointermove", ({ offsetX: x, offsetY: y, buttons, pointerType }) => {
      this.at = buttons === 0 && pointerType === "mouse" ? { x, y } : null;
      this.moved = true;
    });
    canvas.addEventListener("pointerleave", () => {
      this.at = null;
      this.moved = true;
    });
  }

  /** Tells who is under the pointer, when it or the world has moved. */
  update(worldMoved: boolean): void {
    if (!this.moved && !(worldMoved && this.at)) return;
    this.moved = false;
    const agent = this.at ? (this.pick(this.at.x, this.at.y)?.agent ?? null) : null;
    this.actions.hover(agent);
    this.canvas.style.cursor = agent === null ? "" : "pointer";
  }
}
