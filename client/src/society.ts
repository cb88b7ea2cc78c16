/** What the server tells of people: what they know and carry, their lives and families, the exchange, and fame. */

/** One number that an agent knows of itself alone. */
export interface OwnFeature {
  system: string;
  name: string;
  unit: string;
  meaning: string;
  low: number;
  high: number;
  /** The array of the state that holds it: those of one array belong together. */
  array: string;
}

/** An order that waits. */
export interface OpenOrder {
  side: "sell" | "buy";
  kind: string;
  /** [gold] */
  price: number;
  /** The tick in which it was placed. */
  since: number;
  book: number;
}

/** Somebody of a family; what nobody knows is null. */
export interface Relative {
  id: number;
  /** -2 is a grandmother, 0 the agent itself, 1 a child. */
  generation: number;
  mother: number | null;
  population: number | null;
  born: number | null;
  died: number | null;
}

/** How often something happened to an agent, or was done by it, and what came of it altogether. */
export interface Doings {
  event: string;
  /** Whether the agent did it, else another one did it to it. */
  did: boolean;
  /** What it was about: a kind of item, a style, a skill; a number where the page is to know. */
  of: string | number;
  count: number;
  value: number;
}

/** One thing that happened. */
export interface Deed extends Pick<Doings, "event" | "did" | "of" | "value"> {
  tick: number;
  /** The id of the other one; below 0 is a creature, or nobody. */
  other: number;
  /** Of an attack: what kind the creature is that struck or was struck; null for none, and where it is not known. */
  creature: string | null;
  row: number;
  col: number;
}

/** A life so far, or to its end, as the server saw it. */
export interface LifeReport {
  type: "life";
  id: number;
  tick: number;
  /** Whether the server knows of it; if not, nothing else is told. */
  known: boolean;
  population: number;
  born: number;
  died: number | null;
  age: number;
  /** Name of the cause of death. */
  cause: string | null;
  /** Id of an agent, or below 0 of a creature. */
  killer: number | null;
  /** What kind of creature that is; null for an agent, and where it is not known. */
  killer_kind: string | null;
  kills: number;
  slain: number;
  mother: number | null;
  /** From the eldest generation to the youngest; itself among them. */
  family: Relative[];
  /** The first tick of it that the server has seen and remembers. */
  since: number;
  path: [tick: number, row: number, col: number][];
  counts: Doings[];
  /** What happened last, in its order. */
  deeds: Deed[];
}

/** What there is in a book of the exchange. */
export interface ExchangeReport {
  type: "exchange";
  tick: number;
  book: number;
  /** Row and column of the fire, where each camp has a book. */
  place: [row: number, col: number] | null;
  /** Whether it is known what waits; replays do not hold it. */
  held: boolean;
  /** The tick from which on trades are counted; null before any. */
  since: number | null;
  /** Ticks of each span of time. */
  span: number;
  kinds: KindReport[];
}

export interface KindReport {
  kind: string;
  /** The last price [gold]; 0 if there is none. */
  last: number;
  /** How many orders wait at each price, where that is known. */
  sell?: number[];
  buy?: number[];
  /** Units that were traded in each span, and the gold that was paid for them. */
  units: number[];
  gold: number[];
}

/** Who stands out among the living and the dead. */
export interface FameReport {
  type: "fame";
  tick: number;
  /** The tick from which on the dead are known; null before any. */
  since: number | null;
  boards: FameBoard[];
}

export interface FameBoard {
  name: string;
  unit: string;
  /** The first places. */
  rows: FamePlace[];
}

export interface FamePlace {
  id: number;
  population: number;
  value: number;
  died: number | null;
  /** What it is best at, and its level of that; null where there are no levels. */
  skill: string | null;
  level: number | null;
}
