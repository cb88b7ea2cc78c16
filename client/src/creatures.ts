/** Creatures: what is on the map and is no agent, and the colours in which it is told from agents. */

/** Those that are drawn as what they are, with the numbers that shaders know them by; 0 is an agent. */
export const SPECIES = ["agent", "chicken", "goblin"] as const;
/** Of any other creature, such as a system from outside has. */
export const OTHER = SPECIES.length;

const COLOURS = ["#ffffff", "#f6efdc", "#8ec63f", "#d8c3a0"] as const;

/** The number by which a creature is drawn. */
export function speciesNumber(name: string | undefined): number {
  const number = SPECIES.indexOf(name as (typeof SPECIES)[number]);
  return number > 0 ? number : OTHER;
}

/** In which colour creatures of a kind stand on maps, and are points of light from afar: "#rrggbb". */
export function speciesColour(number: number): string {
  return COLOURS[number] ?? COLOURS[OTHER];
}
