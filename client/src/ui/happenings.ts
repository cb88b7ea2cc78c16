/** What happened, in words: births, deaths and attacks of frames as a log. */

import type { Frame } from "../frame";
import { agentName, CAUSES, STYLES } from "../names";
import { count } from "./format";

export type Kind = "birth" | "death" | "attack";

export interface Happening {
  /** Counts up from the first one ever. */
  sequence: number;
  tick: number;
  kind: Kind;
  text: string;
  /** Who it is about; null for many at once. */
  agent: number | null;
  population: number | null;
  /** Where; null for many at once. */
  place: [row: number, col: number] | null;
}

type Told = Omit<Happening, "sequence" | "tick">;

/** Tells where an agent stands and what it belongs to; null if it is not known. */
export type Lookup = (id: number) => { population: number; row: number; col: number } | null;

/** More than this of one kind in a tick is told in one line. */
const CROWD = 8;
const CAUSE_WORDS: Record<(typeof CAUSES)[number], string> = {
  attack: "was killed",
  lava: "burned in lava",
  hunger: "starved",
  thirst: "died of thirst",
};

/** The happenings of a frame, in the order of a tick: attacks, deaths, births. */
export function tellFrame(frame: Frame, lookup: Lookup): Told[] {
  const { attacks, deaths, births } = frame;
  return [
    ...tellAll("attack", "attack", attacks.attacker.length, (i) => tellAttack(frame, i, lookup)),
    ...tellAll("death", "death", deaths.id.length, (i) => tellDeath(frame, i)),
    ...tellAll("birth", "birth", births.id.length, (i) => {
      const [agent, population] = [births.id[i], births.population[i]];
      const text = `${agentName(agent)} was born`;
      return { kind: "birth", text, agent, population, place: [births.row[i], births.col[i]] };
    }),
  ];
}

function tellAll(kind: Kind, noun: string, rows: number, tell: (row: number) => Told): Told[] {
  if (rows > CROWD) return [{ kind, text: count(rows, noun), agent: null, population: null, place: null }];
  return Array.from({ length: rows }, (_, row) => tell(row));
}

function tellAttack({ attacks }: Frame, i: number, lookup: Lookup): Told {
  const [agent, target] = [attacks.attacker[i], attacks.target[i]];
  const at = lookup(agent);
  const style = STYLES[attacks.style[i]] ?? "attack";
  const text = `${agentName(agent)} hit ${agentName(target)} with ${style}, −${attacks.damage[i]}`;
  return { kind: "attack", text, agent, population: at?.population ?? null, place: at ? [at.row, at.col] : null };
}

function tellDeath({ deaths, attacks }: Frame, i: number): Told {
  const [agent, population] = [deaths.id[i], deaths.population[i]];
  const cause = CAUSES[deaths.cause[i]];
  const blow = cause === "attack" ? attacks.target.lastIndexOf(agent) : -1;
  const by = blow < 0 ? "" : ` by ${agentName(attacks.attacker[blow])}`;
  const text = `${agentName(agent)} ${CAUSE_WORDS[cause] ?? "died"}${by} at age ${deaths.age[i]}`;
  return { kind: "death", text, agent, population, place: [deaths.row[i], deaths.col[i]] };
}

/** The last so many happenings, the newest last. */
export class Log {
  entries: Happening[] = [];
  private told = 0;

  constructor(private readonly capacity: number) {}

  /** Adds what happened in a tick. An earlier tick than the last takes back what came after it. */
  add(tick: number, happenings: readonly Told[]): void {
    if (this.entries.length && this.entries[this.entries.length - 1].tick >= tick)
      this.entries = this.entries.filter((entry) => entry.tick < tick);
    for (const happening of happenings) this.entries.push({ ...happening, tick, sequence: this.told++ });
    if (this.entries.length > this.capacity) this.entries.splice(0, this.entries.length - this.capacity);
  }

  clear(): void {
    this.entries = [];
  }
}
