/** The pointer on the canvas: a click selects, a double click follows, a rest shows who is there. */

import type { Pick } from "../app";
import type { Frame } from "../frame";
import type { Actions, Store } from "../store";
import type { World } from "../world";

const STILL = 5;

export class Pointer {
  private at: { x: number; y: number } | null = null;
  private moved = false;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly pick: (x: number, y: number) => Pick | null,
    private readonly app: { actions: Actions; store: Store; world: World },
    focus: (row: number, col: number) => void,
  ) {
    const { actions, store, world } = app;
    let last = { x: Number.NaN, y: Number.NaN };
    const choose = (x: number, y: number) => {
      const picked = this.pick(x, y)?.agent ?? null;
      const again = Math.hypot(x - last.x, y - last.y) < STILL;
      last = { x, y };
      actions.select(again && world.frame ? nextOnTile(world.frame, store.get().selected, picked) : picked);
    };
    let down: { x: number; y: number } | null = null;
    canvas.addEventListener("pointerdown", (event) => {
      down = event.button === 0 && event.isPrimary ? { x: event.offsetX, y: event.offsetY } : null;
    });
    canvas.addEventListener("pointerup", ({ offsetX: x, offsetY: y }) => {
      if (down && Math.hypot(x - down.x, y - down.y) < STILL) choose(x, y);
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
    const { agent, creature } = (this.at && this.pick(this.at.x, this.at.y)) ?? { agent: null, creature: null };
    this.app.actions.hover(agent ?? creature);
    this.canvas.style.cursor = agent === null ? "" : "pointer";
  }
}

type Crowd = { count: number; agents: { [Column in "id" | "row" | "col"]: Frame["agents"][Column] } };

/** Who shares the tile of an agent, itself among them, by id. */
export function tileMates({ agents, count }: Crowd, id: number): number[] {
  const row = agents.id.indexOf(id);
  if (row < 0) return [];
  const there = (i: number) => agents.row[i] === agents.row[row] && agents.col[i] === agents.col[row];
  return Array.from(agents.id.subarray(0, count))
    .filter((_, i) => there(i))
    .sort((a, b) => a - b);
}

/** Whom a click at the same place chooses: the next on the tile of the one that is chosen, else who was picked. */
export function nextOnTile(frame: Crowd, chosen: number | null, picked: number | null) {
  const mates = picked === null ? [] : tileMates(frame, picked);
  const place = chosen === null ? -1 : mates.indexOf(chosen);
  return place < 0 ? picked : mates[(place + 1) % mates.length];
}
