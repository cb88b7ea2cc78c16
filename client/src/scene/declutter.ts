/** Which names are written where many stand close: one a tile, and none over another. */

/** A text as it would be seen [CSS px]: its middle and its size. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Whoever might be named, the most important first. */
export interface Candidate {
  row: number;
  /** The tile it stands on, as one number. */
  tile: number;
  /** Written whatever it hides. */
  chosen: boolean;
}

export interface Named {
  row: number;
  /** How many others stand on its tile. */
  others: number;
}

/**
 * Chooses who is named: on a tile with several the most important, and those who are chosen; nobody whose name would
 * lie over one that is more important.
 *
 * @param candidates the most important first.
 * @param crowd how many stand on a tile.
 * @param box where the name of one would be seen; null for nowhere.
 */
export function declutter(
  candidates: readonly Candidate[],
  crowd: (tile: number) => number,
  box: (named: Named) => Box | null,
): Named[] {
  const [tiles, taken, named] = [new Set<number>(), [] as Box[], [] as Named[]];
  for (const { row, tile, chosen } of candidates) {
    if (tiles.has(tile) && !chosen) continue;
    const one = { row, others: tiles.has(tile) ? 0 : crowd(tile) - 1 };
    const place = box(one);
    if (!place || (!chosen && taken.some((other) => overlap(place, other)))) continue;
    tiles.add(tile);
    taken.push(place);
    named.push(one);
  }
  return named;
}

function overlap(a: Box, b: Box): boolean {
  return 2 * Math.abs(a.x - b.x) < a.width + b.width && 2 * Math.abs(a.y - b.y) < a.height + b.height;
}
