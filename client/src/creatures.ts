/** Creatures: what is on the map and is no agent, how each kind is drawn, and the colours in which kinds are told apart. */

/** What the system of a kind says of its looks, as the layout of frames tells it; older replays do not. */
export interface Look {
  name: string;
  /** "#rrggbb". */
  colour: string;
  /** Whether it goes for agents. */
  hunts: boolean;
}

/** Those that are drawn as what they are, with the numbers that shaders know them by; 0 is an agent. */
export const SPECIES = ["agent", "chicken", "goblin"] as const;
/** Of any other creature, such as a system from outside has. */
export const OTHER = SPECIES.length;
/** Of any other one that hunts. */
export const BRUTE = OTHER + 1;

const COLOURS = ["#ffffff", "#f6efdc", "#8ec63f", "#d8c3a0", "#d8c3a0"] as const;

/** The number by which a creature is drawn. */
export function speciesNumber(name: string | undefined, looks: readonly Look[] = []): number {
  const number = SPECIES.indexOf(name as (typeof SPECIES)[number]);
  if (number > 0) return number;
  return looks.some((look) => look.name === name && look.hunts) ? BRUTE : OTHER;
}

/** In which colour creatures of a kind stand on maps, and are points of light from afar: "#rrggbb". */
export function speciesColour(name: string | undefined, looks: readonly Look[] = []): string {
  return looks.find((look) => look.name === name)?.colour ?? COLOURS[speciesNumber(name)];
}
