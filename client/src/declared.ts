/** What the systems of a world declare, ours and those from outside, as the layout of its frames tells it. */

import type { Look } from "./creatures";
import { CAUSES, MATERIALS } from "./names";
import type { DeedLayout, FieldLayout, FrameLayout } from "./protocol";

export interface Material {
  name: string;
  meaning: string;
  /** "#rrggbb". */
  colour: string;
  /** Of what stands there [tiles]. */
  height: number;
  enterable: boolean;
}

export interface Declared {
  /** Names of all materials, by number. */
  materials: readonly string[];
  /** The materials that are not ours, behind ours. */
  further: readonly Material[];
  /** Names of causes of death, by number. */
  causes: readonly string[];
  /** Columns of agents that are not ours: fields, and what was chosen. */
  columns: readonly FieldLayout[];
  /** What creatures are called, by the number in their column `creature`; empty where they have none. */
  species: readonly string[];
  /** How those look of which that is told. */
  looks: readonly Look[];
  /** Kinds of deeds, by number. */
  deeds: readonly DeedLayout[];
}

/** A world of our own systems. */
export const OURS: Declared = {
  materials: MATERIALS,
  further: [],
  causes: CAUSES,
  columns: [],
  species: [],
  looks: [],
  deeds: [],
};

export function declaredIn(layout: FrameLayout): Declared {
  const fields = (section: string) => layout.sections.find(({ name }) => name === section)?.fields ?? [];
  const causes = fields("deaths").find(({ name }) => name === "cause")?.names ?? [];
  const further = (layout.materials ?? []).slice(MATERIALS.length);
  return {
    materials: [...MATERIALS, ...further.map(({ name }) => name)],
    further,
    causes: [...CAUSES, ...causes.slice(CAUSES.length)],
    columns: fields("agents").filter(({ declared }) => declared),
    species: fields("creatures").find(({ name }) => name === "creature")?.names ?? [],
    looks: layout.creatures ?? [],
    deeds: layout.deeds ?? [],
  };
}

/** The material of a number, if it is not ours. */
export function furtherOf({ further }: Declared, material: number): Material | null {
  return further[material - MATERIALS.length] ?? null;
}

/** A column of a system of the package that only some worlds have; null where this world has it not. */
export function columnNamed({ columns }: Declared, system: string, name: string): FieldLayout | null {
  return columns.find((column) => column.system === system && column.name === name) ?? null;
}

/** Materials that are drawn as what they are, and not as a block: a fire. */
export const BUILT: readonly string[] = ["fire"];

/**
 * By number, how far the ground of a material that is not ours is raised [tiles]: what cannot be entered is a block.
 * What can be entered stands on the ground instead, see trees.ts.
 */
export function raised({ further }: Declared): readonly number[] {
  const none = MATERIALS.map(() => 0);
  const rises = ({ name, height, enterable }: Material) =>
    enterable || BUILT.includes(name) ? 0 : Math.min(Math.max(height, 0), HIGHEST);
  return [...none, ...further.map(rises)];
}

/** By number, how tall the plants are that stand on a material that is not ours [tiles]. */
export function planted({ further }: Declared): readonly number[] {
  const none = MATERIALS.map(() => 0);
  return [...none, ...further.map(({ height, enterable }) => (enterable ? Math.min(Math.max(height, 0), HIGHEST) : 0))];
}

/** Nothing is drawn higher than this [tiles]. */
const HIGHEST = 2.5;

/** What a column says of an agent: a name, or a number; null where it is not known. */
export function told(column: FieldLayout, value: number | bigint, fair: boolean): string | number | bigint | null {
  const { declared, names, unknown } = column;
  const hidden = unknown === null ? Number.isNaN(value) : Number(value) === unknown;
  if (hidden && (fair || declared === "choice")) return null;
  return names.length > 0 ? (names[Number(value)] ?? value) : value;
}

/** Where a value lies in the range of its column, 0 .. 1; null where none is known. */
export function levelOf({ low, high }: FieldLayout, value: number | bigint): number | null {
  if (low === undefined || high === undefined || !(high > low)) return null;
  const level = (Number(value) - low) / (high - low);
  return Number.isNaN(level) ? null : Math.min(Math.max(level, 0), 1);
}

/** What a field is called in the panel of its system: "slot" of the column "poison.slot". */
export function shortName({ name }: FieldLayout): string {
  return name.slice(name.lastIndexOf(".") + 1).replaceAll("_", " ");
}
