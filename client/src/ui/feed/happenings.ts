/** What happened, in words and names: births, deaths and attacks as a log. */

import type { Frame } from "../../frame";
import { CAUSES, STYLES } from "../../names";
import type { DeedLayout, Events } from "../../protocol";
import { count, whole } from "../parts/format";

/** A gap is what the page does not know one by one. */
export type Kind = "birth" | "death" | "attack" | "deed" | "gap";

/** Who is told of. */
export interface Who {
  id: number;
  /** Null where it is not known. */
  population: number | null;
}

export interface Happening {
  /** Counts up from the first one ever. */
  sequence: number;
  tick: number;
  kind: Kind;
  /** Agents and words, in the order in which they are read. */
  parts: readonly (Who | string)[];
  /** Where; null for many at once, or if it is not known. */
  place: [row: number, col: number] | null;
}

export type Told = Omit<Happening, "sequence">;

/** Tells where an agent or a creature stands and what it belongs to, a creature to none; null if it is not known. */
export type Lookup = (id: number) => { population: number | null; row: number; col: number } | null;

/** More than this of one kind in a tick is told in one line. */
const CROWD = 8;
const CAUSE_WORDS: Record<string, string> = {
  attack: "was killed",
  lava: "burned in lava",
  hunger: "starved",
  thirst: "died of thirst",
};

/** Deeds of the grown world that are told, in words; of all its others there are too many. */
const DEED_WORDS: Record<string, (kind: string, count: number) => [verb: string, rest: string]> = {
  trade: (kind, gold) => [`sold ${kind} to`, `for ${whole(gold)} gold`],
  slay: () => ["killed", ""],
  bear: () => ["bore", ""],
  level_up: (skill, level) => [`has level ${whole(level)} in ${skill}`, ""],
};
/** Deeds of the grown world that are not. */
const UNTOLD = ["make", "use", "spoil", "eat", "sell", "buy", "close", "lose", "take"];

/** The happenings of a frame, in the order of a tick: attacks, deeds, deaths, births. */
export function tellFrame(
  frame: Frame,
  lookup: Lookup,
  causes: readonly string[] = CAUSES,
  kinds: readonly DeedLayout[] = [],
): Told[] {
  const { attacks, deaths, births, tick } = frame;
  return [
    ...tellAll(tick, "attack", attacks.attacker.length, (i) => tellAttack(frame, i, lookup)),
    ...tellDeeds(frame, lookup, kinds),
    ...tellAll(tick, "death", deaths.id.length, (i) => {
      const blow = causes[deaths.cause[i]] === "attack" ? attacks.target.lastIndexOf(deaths.id[i]) : -1;
      const killer = blow < 0 ? null : known(attacks.attacker[blow], lookup);
      return tellDeath({ ...rowOf(deaths, i), tick }, killer, causes);
    }),
    ...tellAll(tick, "birth", births.id.length, (i) => tellBirth({ ...rowOf(births, i), tick })),
  ];
}

/** The happenings of ticks without a frame, in their order; what is not known one by one is counted at `tick`. */
export function tellEvents(
  events: Omit<Events, "type">,
  tick: number,
  lookup: Lookup,
  causes: readonly string[] = CAUSES,
): Told[] {
  const { births, deaths, attacks, untold } = events;
  const died = deaths.id.map((_, i) => {
    const { killer, ...death } = rowOf(deaths, i);
    return tellDeath(death, killer < 0 ? null : known(killer, lookup), causes);
  });
  const born = births.id.map((_, i) => tellBirth(rowOf(births, i)));
  // A stable sort leaves the dead of a tick before those who are born in it.
  const told = [...died, ...born].sort((one, other) => one.tick - other.tick);
  if (attacks && attacks.count > 0) {
    const text = `${count(attacks.count, "attack")}, −${whole(attacks.damage)} health, in ticks not shown`;
    told.push({ tick, kind: "attack", parts: [text], place: null });
  }
  if (untold && untold.births + untold.deaths > 0) {
    const text = `${count(untold.births, "birth")} and ${count(untold.deaths, "death")} in ticks not shown`;
    told.push({ tick, kind: "gap", parts: [text], place: null });
  }
  return told;
}

/** The same in one sentence, for those who listen. */
export function sentence({ parts }: Pick<Happening, "parts">, name: (id: number) => string): string {
  return parts.map((part) => (typeof part === "string" ? part : name(part.id))).join(" ");
}

type Columns = Record<string, ArrayLike<number>>;
type Row<Table> = { [Name in keyof Table]: number };

function rowOf<Table extends object>(table: Table, i: number): Row<Table> {
  return Object.fromEntries(Object.entries(table as Columns).map(([name, column]) => [name, column[i]])) as Row<Table>;
}

function known(id: number, lookup: Lookup): Who {
  return { id, population: lookup(id)?.population ?? null };
}

/** Deeds of each kind; of systems from outside all of them, by their names. */
function tellDeeds({ deeds, tick }: Frame, lookup: Lookup, kinds: readonly DeedLayout[]): Told[] {
  if (!deeds) return [];
  return kinds.flatMap((deed, what) => {
    if (UNTOLD.includes(deed.name)) return [];
    const rows = [...deeds.what.keys()].filter((i) => deeds.what[i] === what);
    if (rows.length > CROWD) return [{ tick, kind: "deed" as const, parts: [crowd(deed, rows.length)], place: null }];
    return rows.map((i) => {
      const kind = plain(deed.names[deeds.kind[i]] ?? "");
      const words = DEED_WORDS[deed.name]?.(kind, deeds.count[i]) ?? [plain(deed.name), kind];
      const other = deed.other ? [known(deeds.other[i], lookup)] : [];
      const at = lookup(deeds.agent[i]);
      const parts = [known(deeds.agent[i], lookup), words[0], ...other, words[1]].filter((part) => part !== "");
      return { tick, kind: "deed" as const, parts, place: at ? ([at.row, at.col] as [number, number]) : null };
    });
  });
}

function crowd({ name }: DeedLayout, number: number): string {
  const nouns: Record<string, string> = { trade: "trade", slay: "creature killed", level_up: "level gained" };
  const [noun, ...rest] = (nouns[name] ?? plain(name)).split(" ");
  return [count(number, noun), ...rest].join(" ");
}

function plain(name: string): string {
  return name.replaceAll("_", " ");
}

function tellAll(tick: number, kind: "attack" | "death" | "birth", rows: number, tell: (row: number) => Told): Told[] {
  if (rows > CROWD) return [{ tick, kind, parts: [count(rows, kind)], place: null }];
  return Array.from({ length: rows }, (_, row) => tell(row));
}

function tellAttack({ attacks, tick }: Frame, i: number, lookup: Lookup): Told {
  const [agent, target] = [attacks.attacker[i], attacks.target[i]];
  const at = lookup(agent);
  const end = `with ${STYLES[attacks.style[i]] ?? "an attack"}, −${attacks.damage[i]}`;
  const parts = [known(agent, lookup), "hit", known(target, lookup), end];
  return { tick, kind: "attack", parts, place: at ? [at.row, at.col] : null };
}

type Birth = Row<Record<"tick" | "id" | "population" | "row" | "col", unknown>>;
type Death = Birth & Row<Record<"age" | "cause", unknown>>;

function tellBirth({ tick, id, population, row, col }: Birth): Told {
  return { tick, kind: "birth", parts: [{ id, population }, "was born"], place: [row, col] };
}

function tellDeath(death: Death, killer: Who | null, causes: readonly string[]): Told {
  const { tick, id, population, row, col, age } = death;
  const cause = causes[death.cause];
  const words = CAUSE_WORDS[cause] ?? (cause === undefined ? "died" : `died of ${cause.replaceAll("_", " ")}`);
  const by = killer ? [`${words} by`, killer] : [words];
  const parts = [{ id, population }, ...by, `at age ${whole(age)}`];
  return { tick, kind: "death", parts, place: [row, col] };
}

/** The last so many happenings, the newest last. */
export class Log {
  entries: Happening[] = [];
  /** Whether something happened before that is not here. */
  more = false;
  private told = 0;
  private before = -1;

  constructor(private readonly capacity: number) {}

  /** Adds what happened up to a tick. An earlier tick than the last takes back what came after it. */
  add(tick: number, happenings: readonly Told[]): void {
    this.entries = this.entries.filter((entry) => entry.tick < tick);
    // What a replay that went back has shown before is still to come.
    for (const happening of happenings)
      if (happening.tick <= tick) this.entries.push({ ...happening, sequence: this.told++ });
    if (this.entries.length > this.capacity) {
      this.entries.splice(0, this.entries.length - this.capacity);
      this.more = true;
    }
  }

  /** Puts what happened before in front. */
  fill(happenings: readonly Told[], more: boolean): void {
    const past = happenings.map((happening) => ({ ...happening, sequence: 0 }));
    for (const entry of past.reverse()) entry.sequence = this.before--;
    this.entries = [...past.reverse(), ...this.entries].slice(-this.capacity);
    this.more = more;
  }

  clear(): void {
    this.more = false;
    this.entries = [];
  }
}
