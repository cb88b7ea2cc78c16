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

const BEGINNINGS = "b br d dr f h k kr l m n r s st t tr v z".split(" ").flatMap((c) => [..."aeio"].map((v) => c + v));
const MIDDLES = "d l ld n nd r rl s v".split(" ");
const ENDINGS = "a an ar as e el en i ia ian iel il io ir is or".split(" ");
/** How many names there are: consecutive ids up to so many have different ones. */
export const GIVEN_NAMES = BEGINNINGS.length * MIDDLES.length * ENDINGS.length;
/** Some golden share of the names, without a common divisor: whoever is born next begins with another letter. */
const STRIDE = 6407;

/**
 * The given name of an agent, made of its id alone: three syllables that can be said. The same id has the same name
 * everywhere and always, and `GIVEN_NAMES` agents born one after another have different ones.
 */
export function givenName(id: number): string {
  let place = (id * STRIDE) % GIVEN_NAMES;
  const take = (parts: readonly string[]) => {
    const part = parts[place % parts.length];
    place = Math.floor(place / parts.length);
    return part;
  };
  const [ending, middle] = [take(ENDINGS), take(MIDDLES)];
  const name = take(BEGINNINGS) + middle + ending;
  return name.slice(0, 1).toUpperCase() + name.slice(1);
}

/** Ids of creatures count down from this one, less 1; those of agents up from 0. */
const IDS = 2 ** 32;

/** Whether an id is that of a creature. */
export function isCreature(id: number): boolean {
  return id >= IDS / 2;
}

/** What a creature is called: what it is, and which of those that ever came, "Goblin 7". */
export function creatureName(id: number, species = "creature"): string {
  return `${species.slice(0, 1).toUpperCase()}${species.slice(1).replaceAll("_", " ")} ${IDS - id}`;
}

/** What an agent is called, the same on its label and everywhere else: its given name and its id, "Mira #97". */
export function agentName(id: number): string {
  return isCreature(id) ? creatureName(id) : `${givenName(id)} #${id}`;
}
