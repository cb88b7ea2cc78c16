/** Frames: typed views into the server's message, laid out by the schema the server describes. Nothing is copied. */

import type { FrameLayout } from "./protocol";

export interface AgentTable {
  id: Uint32Array;
  age: Int32Array;
  damage: Int32Array;
  slot: Uint16Array;
  row: Uint16Array;
  col: Uint16Array;
  health: Int16Array;
  food: Int16Array;
  water: Int16Array;
  freeze: Int16Array;
  population: Uint8Array;
  move: Uint8Array;
  style: Uint8Array;
}

/** What is on the map and is no agent; what systems declare of it stands in further columns. */
export interface CreatureTable {
  id: Uint32Array;
  age: Int32Array;
  damage: Int32Array;
  slot: Uint16Array;
  row: Uint16Array;
  col: Uint16Array;
  health: Int16Array;
  freeze: Int16Array;
}

/** What was done in the tick, by the numbers of `Declared.deeds`. */
export interface DeedTable {
  agent: Uint32Array;
  other: Uint32Array;
  count: Int32Array;
  what: Uint8Array;
  kind: Uint8Array;
}

export interface Frame {
  tick: number;
  world: number;
  side: number;
  /** Whether it holds the whole map. */
  key: boolean;
  /** Number of living agents. */
  count: number;
  agents: AgentTable;
  tiles: { index: Uint32Array; material: Uint8Array };
  plane: { material: Uint8Array };
  attacks: { attacker: Uint32Array; target: Uint32Array; damage: Int32Array; style: Uint8Array };
  births: { id: Uint32Array; row: Uint16Array; col: Uint16Array; population: Uint8Array };
  deaths: {
    id: Uint32Array;
    age: Int32Array;
    row: Uint16Array;
    col: Uint16Array;
    population: Uint8Array;
    cause: Uint8Array;
  };
  /** Null in worlds that have none. */
  creatures: CreatureTable | null;
  deeds: DeedTable | null;
}

const ARRAYS = {
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;

export type Column = InstanceType<(typeof ARRAYS)[keyof typeof ARRAYS]>;

/** The columns this client reads. A server may send more; it must not send fewer. */
const NEEDED: Record<string, Record<string, keyof typeof ARRAYS>> = {
  agents: {
    id: "uint32",
    age: "int32",
    damage: "int32",
    slot: "uint16",
    row: "uint16",
    col: "uint16",
    health: "int16",
    food: "int16",
    water: "int16",
    freeze: "int16",
    population: "uint8",
    move: "uint8",
    style: "uint8",
  },
  tiles: { index: "uint32", material: "uint8" },
  plane: { material: "uint8" },
  attacks: { attacker: "uint32", target: "uint32", damage: "int32", style: "uint8" },
  births: { id: "uint32", row: "uint16", col: "uint16", population: "uint8" },
  deaths: { id: "uint32", age: "int32", row: "uint16", col: "uint16", population: "uint8", cause: "uint8" },
};

/** The columns it reads of tables that only some worlds have. */
const FURTHER: typeof NEEDED = {
  creatures: {
    id: "uint32",
    age: "int32",
    damage: "int32",
    slot: "uint16",
    row: "uint16",
    col: "uint16",
    health: "int16",
    freeze: "int16",
  },
  deeds: { agent: "uint32", other: "uint32", count: "int32", what: "uint8", kind: "uint8" },
};

/** A column of agents, or of creatures, that only this world has. */
export function columnOf(agents: AgentTable | CreatureTable, name: string): Column | undefined {
  return (agents as unknown as Record<string, Column | undefined>)[name];
}

/** The first four bytes of a binary message as text: "NMF1" for a frame, "NMO1" for an overlay. */
export function magicOf(message: ArrayBuffer): string {
  return message.byteLength < 4 ? "" : String.fromCharCode(...new Uint8Array(message, 0, 4));
}

/**
 * Makes the reader of the frames that `layout` describes.
 *
 * @throws Error if the layout lacks a column that this client needs, or types one differently.
 */
export function frameDecoder(layout: FrameLayout): (message: ArrayBuffer) => Frame {
  checkLayout(layout);
  return (message) => decode(layout, message);
}

function checkLayout(layout: FrameLayout): void {
  const there = layout.sections.map(({ name }) => name);
  const further = Object.entries(FURTHER).filter(([name]) => there.includes(name));
  for (const [section, columns] of [...Object.entries(NEEDED), ...further]) {
    const fields = layout.sections.find((s) => s.name === section)?.fields ?? [];
    for (const { name, type } of fields)
      if (!(type in ARRAYS)) throw new Error(`${section}.${name} is of type ${type}, which this page cannot read`);
    for (const [column, type] of Object.entries(columns)) {
      const given = fields.find((f) => f.name === column)?.type;
      if (given !== type)
        throw new Error(`frames must have ${section}.${column} as ${type}; the server sends ${given}`);
    }
  }
}

function decode(layout: FrameLayout, message: ArrayBuffer): Frame {
  if (message.byteLength < layout.header_bytes) throw new Error(`a frame of ${message.byteLength} bytes is too short`);
  const header = readHeader(layout, message);
  if (header.magic !== layout.magic) throw new Error("the message is not a frame");
  const tables: Record<string, Record<string, Column>> = {};
  let offset = layout.header_bytes;
  for (const section of layout.sections) {
    const table: Record<string, Column> = Object.create(null); // a system may call a field as objects call theirs
    const rows = header[section.name];
    for (const field of section.fields) {
      const type = ARRAYS[field.type as keyof typeof ARRAYS];
      const end = offset + rows * type.BYTES_PER_ELEMENT;
      if (end > message.byteLength) throw new Error(`the frame ends within ${section.name}.${field.name}`);
      table[field.name] = new type(message, offset, rows);
      offset = Math.ceil(end / layout.alignment) * layout.alignment;
    }
    tables[section.name] = table;
  }
  return {
    tick: header.tick,
    world: header.world,
    side: header.side,
    key: header.plane > 0,
    count: header.agents,
    ...({ creatures: null, deeds: null, ...tables } as unknown as Omit<
      Frame,
      "tick" | "world" | "side" | "key" | "count"
    >),
  };
}

function readHeader(layout: FrameLayout, message: ArrayBuffer): Record<string, number> {
  const view = new DataView(message);
  const read: Record<string, (at: number) => number> = {
    uint32: (at) => view.getUint32(at, true),
    int64: (at) => Number(view.getBigInt64(at, true)),
  };
  return Object.fromEntries(layout.header.map(({ name, type, offset }) => [name, read[type](offset)]));
}
