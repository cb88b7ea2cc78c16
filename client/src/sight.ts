/** What may be seen now: everything, or what lies in the window of the agent one plays. */

import type { AgentTable } from "./frame";
import type { Store } from "./store";
import type { World } from "./world";

/** The tiles around an agent, as far as `reach` in each direction. */
export interface SightWindow {
  row: number;
  col: number;
  reach: number;
}

/** Of who sits in a fair seat and plays nobody. */
const NOWHERE: SightWindow = { row: -1e4, col: -1e4, reach: 0 };

/** Map, list of events, search and picture ask this one whom they may show. */
export class Sight {
  constructor(
    private readonly store: Store,
    private readonly world: World,
  ) {}

  /** The window that all is limited to; null if nothing is. */
  get window(): SightWindow | null {
    const { play, welcome } = this.store.get();
    const fair = welcome?.abilities.fair ?? false;
    if (!welcome || (!fair && (play.status !== "playing" || play.sight !== "window"))) return null;
    const me = this.world.agent(play.id);
    if (me) return { row: me.row, col: me.col, reach: welcome.source.sight };
    return fair ? NOWHERE : null;
  }

  /** Whether what is at a place may be seen. */
  sees(row: number, col: number, window = this.window): boolean {
    return !window || Math.max(Math.abs(row - window.row), Math.abs(col - window.col)) <= window.reach;
  }

  /** Whether an agent lives and may be seen. */
  seesAgent(id: number, window = this.window): boolean {
    const at = this.world.rowOf(id);
    const { agents } = this.world.frame ?? {};
    return at >= 0 && agents !== undefined && this.sees(agents.row[at], agents.col[at], window);
  }

  /** Whether an agent or a creature is there and may be seen. */
  seesActor(id: number, window = this.window): boolean {
    const creature = this.world.creature(id);
    return creature ? this.sees(creature.row, creature.col, window) : this.seesAgent(id, window);
  }

  /** Those of the newest frame who may be seen; null before the first frame. */
  agents(): AgentTable | null {
    const { agents } = this.world.frame ?? {};
    const { window } = this;
    if (!agents || !window) return agents ?? null;
    const seen = Array.from(agents.id, (_, i) => this.sees(agents.row[i], agents.col[i], window));
    const columns = Object.entries(agents) as [string, Int32Array][];
    return Object.fromEntries(
      columns.map(([name, column]) => [name, column.filter((_, i) => seen[i])]),
    ) as unknown as AgentTable;
  }
}
