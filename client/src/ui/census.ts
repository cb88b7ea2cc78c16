/** Who lives: a count of the agents of a frame. */

import type { AgentTable } from "../frame";

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
