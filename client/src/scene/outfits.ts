/** What figures carry, do and say, as systems tell it that only some worlds have. */

import { columnNamed, type Declared } from "../declared";
import { columnOf, type Frame } from "../frame";
import { UNKNOWN } from "../names";
import { OREROCK, STONE, WATER } from "./relief";

/** Work that has a gesture; the shaders have the same numbers. */
export const Work = { none: 0, fish: 1, mine: 2, cook: 3, smith: 4, eat: 5 } as const;

/** Of one agent: metals from 1, 0 none; a number of `Work`; a word from 1, 0 none. */
export interface Outfit {
  weapon: number;
  armour: number;
  work: number;
  word: number;
}

/** Tells what the agents of a frame wear and do, by their rows; null in worlds where nobody has anything of it. */
export function outfitsOf({ agents }: Frame, declared: Declared): ((row: number) => Outfit) | null {
  const column = (system: string, name: string) => {
    const found = columnNamed(declared, system, name);
    return found && columnOf(agents, found.name);
  };
  const [weapon, armour] = [column("items", "weapon"), column("items", "armour")];
  const [work, word] = [column("work", "work"), column("speech", "word")];
  if (!weapon && !work && !word) return null;
  const works = (columnNamed(declared, "work", "work")?.names ?? []).map(
    (name) => Work[name as keyof typeof Work] ?? 0,
  );
  const known = (value: number | bigint | undefined) => (value === undefined || value === UNKNOWN ? 0 : Number(value));
  return (row) => ({
    weapon: known(weapon?.[row]),
    armour: known(armour?.[row]),
    work: work ? (works[Number(work[row])] ?? Work.none) : Work.none,
    word: known(word?.[row]),
  });
}

/** North, south, east and west, in the order in which agents look for ore: steps, and the heading of a figure. */
const SIDES = [
  { row: -1, col: 0, heading: Math.PI },
  { row: 1, col: 0, heading: 0 },
  { row: 0, col: 1, heading: Math.PI / 2 },
  { row: 0, col: -1, heading: -Math.PI / 2 },
] as const;

/** Where things are that work needs. */
export interface Site {
  plane: Uint8Array;
  side: number;
  /** Rocks of which the tick took the ore. */
  mined: ReadonlySet<number>;
  /** Places of the fires. */
  fires: readonly number[];
}

/** Which way somebody looks at work [rad]; null where it does not matter. */
export function facing(work: number, row: number, col: number, site: Site): number | null {
  if (work === Work.fish) return beside(row, col, site, (place) => site.plane[place] === WATER);
  if (work === Work.mine)
    return beside(row, col, site, (place) => site.plane[place] === OREROCK || site.mined.has(place));
  if (work !== Work.cook && work !== Work.smith) return null;
  const ways = site.fires.map((place) => [Math.floor(place / site.side) - row, (place % site.side) - col]);
  const [dr, dc] = ways.sort(([a, b], [c, d]) => Math.hypot(a, b) - Math.hypot(c, d))[0] ?? [0, 0];
  return dr === 0 && dc === 0 ? null : Math.atan2(dc, dr);
}

function beside(row: number, col: number, { side }: Site, wanted: (place: number) => boolean): number | null {
  return SIDES.find((step) => wanted((row + step.row) * side + col + step.col))?.heading ?? null;
}

/** The site of a frame, on the map as it is after it. */
export function siteOf({ tiles, side }: Frame, plane: Uint8Array, fires: readonly number[]): Site {
  const mined = new Set(tiles.index.filter((_, i) => tiles.material[i] === STONE));
  return { plane, side, mined, fires };
}

/** Places of tiles of a material that has a name. */
export function placesOf(plane: Uint8Array, { materials }: Declared, name: string): number[] {
  const number = materials.indexOf(name);
  const places: number[] = [];
  if (number >= 0)
    plane.forEach((material, place) => {
      if (material === number) places.push(place);
    });
  return places;
}
