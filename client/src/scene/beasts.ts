/** Creatures in the picture: those of a frame, and those that died since the one before. */

import { speciesNumber } from "../creatures";
import type { Declared } from "../declared";
import { columnOf, type Frame } from "../frame";

export interface Beast {
  id: number;
  /** See creatures.ts. */
  species: number;
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
  private readonly most = new Map<number, number>();

  /** @param jumped whether the frame before is of another moment, so that nobody is seen to die. */
  show({ creatures }: Frame, { species }: Declared, jumped: boolean): void {
    const before = this.living;
    const kinds = creatures ? columnOf(creatures, "creature") : undefined;
    this.living = creatures
      ? Array.from(creatures.id, (id, i) => ({
          id,
          species: speciesNumber(species[Number(kinds?.[i])]),
          row: creatures.row[i],
          col: creatures.col[i],
          age: creatures.age[i],
          health: creatures.health[i],
          damage: creatures.damage[i],
          freeze: creatures.freeze[i],
        }))
      : [];
    for (const { species: kind, health } of this.living)
      this.most.set(kind, Math.max(this.most.get(kind) ?? 0, health));
    const there = new Set(this.living.map(({ id }) => id));
    this.dead = jumped ? [] : before.filter(({ id }) => !there.has(id));
  }

  /** Health as a share of the most that its kind has, 0 .. 1. */
  health({ species, health }: Beast): number {
    return health / Math.max(this.most.get(species) ?? 0, 1);
  }
}
