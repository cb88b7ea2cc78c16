/** What things are called on the page. */

import type { Source } from "./protocol";

export const MATERIALS = ["lava", "water", "grass", "scrub", "forest", "stone", "orerock"] as const;
export const MOVES = ["stay", "north", "south", "east", "west"] as const;
export const STYLES = ["melee", "range", "mage", "hold"] as const;
export const CAUSES = ["attack", "lava", "hunger", "thirst"] as const;
/** In the move or style of an agent: it has not acted yet. */
export const UNKNOWN = 255;

/** What a population is called; with its number behind where others are called the same. */
export function populationName(source: Source | undefined, population: number): string {
  const names = source?.names ?? [];
  const name = names[population] ?? "population";
  const alone = population < names.length && names.indexOf(name) === names.lastIndexOf(name);
  return alone ? name : `${name} ${population}`;
}

/** An agent's name, the same on its label and everywhere else on the page. */
export function agentName(source: Source | undefined, population: number, id: number): string {
  return `${populationName(source, population)} #${id}`;
}
