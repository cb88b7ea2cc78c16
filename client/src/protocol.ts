/** Messages between the page and the server, version 1. docs/viewer.md is the reference. */

import type { Look } from "./creatures";
import type { Material } from "./declared";

import type { ExchangeReport, FameReport, LifeReport, OpenOrder, OwnFeature } from "./society";

export const PROTOCOL = 1;

/** Codes with which the server closes a connection for good, so that trying again is pointless. */
export const CLOSED = { malformed: 4000, version: 4001, token: 4003, limits: 4008 } as const;

/** One column of a table of a frame, as `forge.blade.recording.frame_schema.describe()` tells it. */
export interface FieldLayout {
  name: string;
  type: string;
  unit: string;
  meaning: string;
  names: string[];
  /** As what a system declares it; none for the columns that every frame has. */
  declared?: "field" | "choice";
  /** The name of that system. */
  system?: string;
  /** What stands for a number that the viewer is not to know; null is NaN. */
  unknown?: number | null;
  /** Least and greatest value, where they are known. */
  low?: number;
  high?: number;
}

/** A kind of deeds: what the columns of their table mean for it. */
export interface DeedLayout {
  name: string;
  meaning: string;
  /** Of `count`, `kind` and `other`; empty where they mean nothing. */
  value: string;
  detail: string;
  other: string;
  /** What the numbers of `kind` are called. */
  names: string[];
}

export interface SectionLayout {
  name: string;
  meaning: string;
  fields: FieldLayout[];
}

export interface FrameLayout {
  version: number;
  magic: number;
  alignment: number;
  header_bytes: number;
  header: { name: string; type: string; offset: number; meaning: string }[];
  sections: SectionLayout[];
  unknown: number;
  /** All that tiles can be of; told where not all of them are ours. */
  materials?: Material[];
  /** Kinds of deeds by number; told where frames have a table of them. */
  deeds?: DeedLayout[];
  /** Kinds of creatures, from number 1 on; told where a system declares them. */
  creatures?: Look[];
}

export interface Source {
  kind: "live" | "replay" | "training";
  title: string;
  /** Rows and columns of the map. */
  side: number;
  populations: number;
  /** One name for each population. */
  names: string[];
  /** The most agents that can live at once. */
  slots: number;
  styles: number;
  learned_targets: boolean;
  /** The maximum of each vital. */
  vitals: { health: number; food: number; water: number };
  /** How far an agent sees [tiles]. */
  sight: number;
  /** How far each style strikes [tiles]. */
  reach: { melee: number; range: number; mage: number };
  /** The first and the last tick of a replay. */
  ticks: [number, number] | null;
  tick_seconds: number;
}

export type OverlayName = "visits" | "value" | "dependency" | "attacks" | "trades" | "wealth";

export interface Welcome {
  type: "welcome";
  protocol: number;
  release: string;
  /** Names this server process: another session is another world. */
  session: string;
  /** What the link that was opened lets one do. */
  role: "watch" | "play" | "control";
  frame: FrameLayout;
  source: Source;
  abilities: {
    control: boolean;
    seek: boolean;
    overlays: OverlayName[];
    inspect: boolean;
    play: boolean;
    /** Whether one is shown what one's agent sees, and nothing else. */
    fair?: boolean;
    /** Whether the past can be asked for. */
    history?: boolean;
    /** What an agent knows of itself alone, number by number; none in a world where frames hold all of it. */
    own?: OwnFeature[];
    /** Whether the lives of agents can be asked for. */
    life?: boolean;
    /** How many books the exchange has, and the prices that can be named [gold]. */
    exchange?: { books: number; prices: number[] };
    /** Whether it can be asked who stands out. */
    fame?: boolean;
  };
}

export interface ServerState {
  type: "state";
  paused: boolean;
  /** 1 is one tick every `tick_seconds`. */
  speed: number;
  tick: number;
  loop: boolean;
  viewers: number;
  /** Ticks a second, measured. */
  rate: number;
}

/** What the server knows of the agent that `inspect` asked for. */
export interface AgentReport {
  type: "agent";
  id: number;
  tick: number;
  alive: boolean;
  name: string;
  population: number;
  /** Place and number of places. */
  rank: [number, number];
  /** Its place by age among all the living. */
  lifetime_rank: [number, number];
  /** Ids of the agents it sees. */
  seen: number[];
  value: number | null;
  /** Probability of each move: pass, north, south, east, west. */
  move: number[] | null;
  style: number[] | null;
  /** [style][row][col]: how likely it strikes someone who stands at that offset, from -3 to 3. */
  attacks: (number | null)[][][] | null;
  /** The numbers of the ability `own`, in its order; null where they are not known. */
  own?: number[] | null;
  /** Its open orders, the oldest first; null where they are not known. */
  orders?: OpenOrder[] | null;
  /** Sets of rows that systems from outside declare; null in replays, which do not hold them. */
  rows?: RowsReport[] | null;
  /** Choices that systems from outside declare. */
  choices?: ChoiceReport[] | null;
}

/** The rows of a set that an agent knows of. */
export interface RowsReport {
  name: string;
  meaning: string;
  columns: { name: string; unit: string; meaning: string }[];
  rows: number[][];
}

/** How likely each option of a choice is. */
export interface ChoiceReport {
  name: string;
  meaning: string;
  /** "seen" or the name of a set of rows whose entries the options are; else empty. */
  of: string;
  options: OptionReport[];
}

export interface OptionReport {
  name: string;
  odds: number;
  /** The id of whom it means. */
  agent?: number;
  /** The row that it means. */
  row?: number;
}

/** Births and deaths of ticks that the page has no frame of, one a row; their attacks are counted. */
export interface Events {
  type: "events";
  births: Record<"tick" | "id" | "row" | "col" | "population", number[]>;
  /** The killer is an id, or -1; its kind is that of a creature, by the names of the column `creature`, else 0. */
  deaths: Record<"tick" | "id" | "row" | "col" | "population" | "age" | "cause" | "killer" | "killer_kind", number[]>;
  attacks?: { count: number; damage: number };
  /** How many births and deaths there were besides, of which the server knows no more. */
  untold?: { births: number; deaths: number };
}

/** How many lived when, and how many were born, died and were killed since the row before. */
export interface HistoryReport {
  type: "history";
  tick: number[];
  /** The living by population, for each tick. */
  counts: number[][];
  births: number[];
  deaths: number[];
  kills: number[];
  /** Whether all of a replay has been read. */
  whole: boolean;
}

/** The last births and deaths up to a tick. */
export interface Past extends Pick<Events, "births" | "deaths"> {
  type: "past";
  tick: number;
  /** Whether there were others before them. */
  more: boolean;
}

/** How an agent fared, tick by tick. */
export interface TraceReport {
  type: "trace";
  id: number;
  tick: number[];
  health: number[];
  food: number[];
  water: number[];
}

/** When somebody died or was killed next. */
export interface Found {
  type: "found";
  what: Moment;
  forward: boolean;
  tick: number | null;
}

export type Moment = "death" | "kill";

export interface Joined {
  type: "joined";
  id: number | null;
  /** Whether it stands in line for the next birth; another `joined` then follows. */
  waiting?: boolean;
  reason?: string;
}

export interface Left {
  type: "left";
  reason: string;
}

/** How far a run is that is watched. */
export interface Training {
  type: "training";
  /** Whether a process trains it now. */
  training: boolean;
  steps: number;
  /** Of training [s]. */
  seconds: number;
  /** Of the nearest limit; null without one. */
  share: number | null;
  /** Until the nearest limit [s]. */
  left: number | null;
  lifetime: number | null;
  /** Agent steps and lifetime [ticks]. */
  curve: [steps: number, lifetime: number][];
  /** Agent steps of those that can be chosen. */
  checkpoints: number[];
  /** Agent steps of the one that was chosen; null while the run is followed. */
  held: number | null;
  /** Those that play, and how long ago they were made [s]. */
  weights: { steps: number; age: number };
}

export interface ServerError {
  type: "error";
  message: string;
}

export type ServerMessage =
  | Welcome
  | ServerState
  | AgentReport
  | LifeReport
  | ExchangeReport
  | FameReport
  | Events
  | HistoryReport
  | Past
  | TraceReport
  | Found
  | Joined
  | Left
  | ServerError
  | Training;

export type ControlVerb = "pause" | "play" | "step" | "speed" | "seek" | "loop" | "checkpoint";

export interface OverlayRequest {
  name: OverlayName | null;
  population: number;
  /** Level of food that the values are for, 0 .. 1; null lets the server choose. */
  food: number | null;
  water: number | null;
}

export type ClientMessage =
  | { type: "hello"; protocol: number; token: string | null }
  | { type: "ack"; tick: number }
  | { type: "control"; do: ControlVerb; value?: number | boolean | null }
  | { type: "inspect"; id: number | null }
  | { type: "life"; id: number | null }
  | { type: "exchange"; book: number | null }
  | { type: "fame"; shown: boolean }
  | ({ type: "overlay" } & OverlayRequest)
  | { type: "join"; population: number | null; id: number | null }
  | { type: "act"; move: number; style: number; target: number | null }
  | { type: "recall"; tick: number }
  | { type: "trace"; id: number; tick: number }
  | { type: "find"; what: Moment; tick: number; forward: boolean }
  | { type: "leave" }
  | { type: "sight"; mode: "window" | "map" };

const KINDS = new Set([
  "welcome",
  "state",
  "agent",
  "life",
  "exchange",
  "fame",
  "events",
  "history",
  "past",
  "trace",
  "found",
  "joined",
  "left",
  "error",
  "training",
]);

/** Reads a text message of the server; null for a kind that this client does not know. */
export function parseMessage(text: string): ServerMessage | null {
  const message: unknown = JSON.parse(text);
  const type = (message as { type?: unknown } | null)?.type;
  return typeof type === "string" && KINDS.has(type) ? (message as ServerMessage) : null;
}
