/** Who lives: a count of the agents of a frame. */

import type { AgentTable } from "../../frame";

export interface Census {
  living: number;
  /** Living agents by population. */
  counts: number[];
  /** Their mean age [ticks]; NaN where nobody lives. */
  ages: number[];
}

export function census(agents: Pick<AgentTable, "population" | "age">, populations: number): Census {
  const counts = new Array<number>(populations).fill(0);
  const sums = new Array<number>(populations).fill(0);
  agents.population.forEach((population, i) => {
    if (population >= populations) return;
    counts[population] += 1;
    sums[population] += agents.age[i];
  });
  return { living: agents.population.length, counts, ages: sums.map((sum, p) => sum / counts[p]) };
}

/** The place of an agent by age, the oldest first, and the number of places: among all, or among its population. */
export function ageRank(
  agents: Pick<AgentTable, "population" | "age">,
  age: number,
  population: number | null = null,
): [place: number, of: number] {
  let [older, all] = [0, 0];
  for (let row = 0; row < agents.age.length; row++) {
    if (population !== null && agents.population[row] !== population) continue;
    all += 1;
    if (agents.age[row] > age) older += 1;
  }
  return [older + 1, all];
}

/** The row of the agent for which `score` is highest; -1 if nobody lives. Ties go to the first. */
export function rowOfBest(rows: number, score: (row: number) => number): number {
  let best = -1;
  let high = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < rows; row++) {
    const value = score(row);
    if (value > high) [best, high] = [row, value];
  }
  return best;
}
