/** Creatures in the picture: those of a frame, and those that died since the one before. */

import { speciesColour, speciesNumber } from "../creatures";
import type { Declared } from "../declared";
import { columnOf, type Frame } from "../frame";

export interface Beast {
  id: number;
  /** What it is called where its system says that. */
  kind: string;
  /** How it is drawn, see creatures.ts. */
  species: number;
  /** "#rrggbb". */
  colour: string;
  row: number;
  col: number;
  age: number;
  health: number;
  damage: number;
  freeze: number;
}

export class Beasts {
  /** Those that are there, by slot. */
  living: readonly Beast[] = [];
  /** Those that died in the tick, where they were last seen. */
  dead: readonly Beast[] = [];
  /** The most health that a creature of each kind was ever seen to have. */
  private readonly most = new Map<string, number>();

  /** @param jumped whether the frame before is of another moment, so that nobody is seen to die. */
  show({ creatures }: Frame, { species, looks }: Declared, jumped: boolean): void {
    const before = this.living;
    const kinds = creatures ? columnOf(creatures, "creature") : undefined;
    const nameOf = (i: number) => species[Number(kinds?.[i])];
    this.living = creatures
      ? Array.from(creatures.id, (id, i) => ({
          id,
          kind: nameOf(i) ?? "",
          species: speciesNumber(nameOf(i), looks),
          colour: speciesColour(nameOf(i), looks),
          row: creatures.row[i],
          col: creatures.col[i],
          age: creatures.age[i],
          health: creatures.health[i],
          damage: creatures.damage[i],
          freeze: creatures.freeze[i],
        }))
      : [];
    for (const { kind, health } of this.living) this.most.set(kind, Math.max(this.most.get(kind) ?? 0, health));
    const there = new Set(this.living.map(({ id }) => id));
    this.dead = jumped ? [] : before.filter(({ id }) => !there.has(id));
  }

  /** Health as a share of the most that its kind has, 0 .. 1. */
  health({ kind, health }: Beast): number {
    return health / Math.max(this.most.get(kind) ?? 0, 1);
  }
}
