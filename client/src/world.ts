/** What the page knows of the world: the newest frame, the one before, and the map as it is now. */

import { type Declared, OURS } from "./declared";
import { columnOf, type Frame } from "./frame";
import { agentName, creatureName, isCreature } from "./names";
import type { Unsubscribe } from "./observable";
import type { Events } from "./protocol";

export interface Agent {
  id: number;
  age: number;
  damage: number;
  slot: number;
  row: number;
  col: number;
  health: number;
  food: number;
  water: number;
  freeze: number;
  population: number;
  move: number;
  style: number;
}

/** What is on the map and is no agent. */
export interface Creature {
  id: number;
  /** What it is called where its system says that: "goblin". */
  species: string;
  row: number;
  col: number;
  health: number;
  freeze: number;
}

/** How an agent died. */
export interface Death {
  tick: number;
  age: number;
  cause: number;
  /** Id of who dealt the last blow; -1 if nobody did, or nobody knows. */
  killer: number;
}

export type FrameListener = (frame: Frame, world: World) => void;

/** The material of a tile that the viewer has not seen: only those in fair seats are sent it. */
export const UNKNOWN = 255;
/** What such a tile is drawn as below the fog. */
const UNSEEN = 2;

export class World {
  /** What its systems declare. */
  declared: Declared = OURS;
  frame: Frame | null = null;
  previous: Frame | null = null;
  /** Materials, [side · side]. */
  plane = new Uint8Array(0);
  /** 1 for each tile that has been seen; null where all have. */
  private known: Uint8Array | null = null;
  /** Whether the newest frame shows ground for the first time. */
  discovered = false;
  /** What happened before the newest frame in ticks that there is no frame of. */
  missed: readonly Events[] = [];
  private missing: Events[] = [];
  /** Time at which the newest frame came, as of performance.now() [ms]. */
  receivedAt = 0;
  private rows = new Map<number, number>();
  /** What each creature is that was ever seen, and the rows of those in the newest frame. */
  private readonly species = new Map<number, string>();
  private beasts = new Map<number, number>();
  private readonly listeners = new Set<FrameListener>();

  get side(): number {
    return this.frame?.side ?? 0;
  }

  /** Takes in what happened in ticks without a frame; the next frame brings it to the listeners. */
  miss(events: Events): void {
    this.missing.push(events);
    this.learn(events);
  }

  /** Takes in of what kind the creatures were that killed somebody in ticks without a frame. */
  learn({ deaths }: Pick<Events, "deaths">): void {
    deaths.killer_kind.forEach((kind, i) => void this.learnOf(deaths.killer[i], kind));
  }

  /** Takes in of what kind a creature is, by its number; 0 is none. */
  private learnOf(id: number, kind: number): void {
    const name = kind > 0 && this.declared.species[kind];
    if (name) this.species.set(id, name);
  }

  /** Takes in the next frame and tells the listeners. */
  show(frame: Frame): void {
    const jump = frame.key || !this.frame || frame.side !== this.frame.side;
    if (jump && !frame.key) return; // nothing can be drawn before the first key frame
    this.discovered = false;
    if (frame.key) this.takePlane(frame.plane.material);
    else frame.tiles.index.forEach((place, i) => void this.takeTile(place, frame.tiles.material[i]));
    [this.missed, this.missing] = [this.missing, []];
    this.previous = this.frame?.side === frame.side ? this.frame : null;
    this.frame = frame;
    this.receivedAt = performance.now();
    this.rows = new Map();
    frame.agents.id.forEach((id, i) => {
      this.rows.set(id, i);
    });
    this.takeCreatures(frame);
    for (const listener of this.listeners) listener(frame, this);
  }

  /** Whether a tile has been seen. */
  knows(place: number): boolean {
    return this.known === null || this.known[place] === 1;
  }

  private takeCreatures({ creatures, deeds }: Frame): void {
    this.beasts = new Map();
    const kinds = creatures ? columnOf(creatures, "creature") : undefined;
    creatures?.id.forEach((id, i) => {
      this.beasts.set(id, i);
      this.learnOf(id, Number(kinds?.[i] ?? 0));
    });
    const slay = this.declared.deeds.findIndex(({ name }) => name === "slay"); // it may have killed before it died
    deeds?.what.forEach((what, i) => void (what === slay && this.learnOf(deeds.other[i], deeds.kind[i])));
  }

  private takePlane(materials: Uint8Array): void {
    this.known = materials.includes(UNKNOWN) ? materials.map((material) => Number(material !== UNKNOWN)) : null;
    this.plane = materials.map((material) => (material === UNKNOWN ? UNSEEN : material));
  }

  private takeTile(place: number, material: number): void {
    this.plane[place] = material;
    if (this.known === null || this.known[place] === 1) return;
    this.known[place] = 1;
    this.discovered = true;
  }

  /** Forgets everything, as when the server shows another world. */
  clear(): void {
    this.frame = this.previous = null;
    this.missed = this.missing = [];
    this.plane = new Uint8Array(0);
    this.known = null;
    this.rows = new Map();
    this.beasts = new Map();
    this.species.clear();
  }

  /** Calls `listener` with every frame from now on. */
  onFrame(listener: FrameListener): Unsubscribe {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** The row of a living agent in the tables of the newest frame; -1 if it does not live. */
  rowOf(id: number | null): number {
    return id === null ? -1 : (this.rows.get(id) ?? -1);
  }

  /** How an agent died, if the newest frame or what came with it tells of it. */
  deathOf(id: number): Death | null {
    if (!this.frame) return null;
    const { deaths, attacks, tick } = this.frame;
    const row = deaths.id.indexOf(id);
    if (row >= 0) {
      const killer = deaths.cause[row] === 0 ? (attacks.attacker[attacks.target.lastIndexOf(id)] ?? -1) : -1;
      return { tick, age: deaths.age[row], cause: deaths.cause[row], killer };
    }
    for (const { deaths: earlier } of this.missed) {
      const at = earlier.id.lastIndexOf(id);
      if (at < 0) continue;
      return { tick: earlier.tick[at], age: earlier.age[at], cause: earlier.cause[at], killer: earlier.killer[at] };
    }
    return null;
  }

  /** A creature of the newest frame. */
  creature(id: number | null): Creature | null {
    const at = id === null ? undefined : this.beasts.get(id);
    const { creatures } = this.frame ?? {};
    if (id === null || at === undefined || !creatures) return null;
    const { row, col, health, freeze } = creatures;
    return { id, species: this.speciesOf(id), row: row[at], col: col[at], health: health[at], freeze: freeze[at] };
  }

  /** What a creature is, or was. */
  private speciesOf(id: number): string {
    return this.species.get(id) ?? "creature";
  }

  /** What an agent or a creature is called, of now or of before. */
  nameOf(id: number): string {
    return isCreature(id) ? creatureName(id, this.speciesOf(id)) : agentName(id);
  }

  agent(id: number | null): Agent | null {
    const row = this.rowOf(id);
    if (row < 0 || !this.frame) return null;
    return Object.fromEntries(
      Object.entries(this.frame.agents).map(([name, column]) => [name, column[row]]),
    ) as unknown as Agent;
  }
}
