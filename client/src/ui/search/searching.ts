/** Finding an agent by what one types. */

import type { AgentTable } from "../../frame";
import { agentName, populationName } from "../../names";
import type { Source } from "../../protocol";
import { rowOfBest } from "../populations/census";

export interface Found {
  id: number;
  population: number;
  name: string;
  /** Why it is listed: its age, or what makes it special. */
  note: string;
}

type Agents = Pick<AgentTable, "id" | "population" | "age" | "health">;

/**
 * Living agents of which every word of `query` begins a word of their name, or of what their population is called, the
 * closest first: the very id, then names
 * that hold the words as a whole ("pop 3" finds population 3 before agent 31), then by age. Nothing typed lists the
 * oldest, the weakest and the youngest.
 */
export function findAgents(query: string, agents: Agents, source: Source | undefined, limit = 8): Found[] {
  const words = wordsOf(query);
  const found = (row: number, note = `age ${agents.age[row]}`): Found => {
    const [id, population] = [agents.id[row], agents.population[row]];
    return { id, population, name: agentName(id), note };
  };
  if (words.length === 0) return notable(agents, found);
  const fits: { row: number; closeness: number }[] = [];
  for (let row = 0; row < agents.id.length; row++) {
    const name = wordsOf(`${agentName(agents.id[row])} ${populationName(source, agents.population[row])}`);
    if (!words.every((word) => name.some((part) => part.startsWith(word)))) continue;
    const whole = words.filter((word) => name.includes(word)).length;
    fits.push({ row, closeness: String(agents.id[row]) === words.join(" ") ? words.length + 1 : whole });
  }
  fits.sort((a, b) => b.closeness - a.closeness || agents.age[b.row] - agents.age[a.row] || a.row - b.row);
  return fits.slice(0, limit).map(({ row }) => found(row));
}

function wordsOf(text: string): string[] {
  return text
    .toLowerCase()
    .split(/[\s#]+/)
    .filter(Boolean);
}

function notable(agents: Agents, found: (row: number, note: string) => Found): Found[] {
  const best: [string, (row: number) => number][] = [
    ["the oldest", (row) => agents.age[row]],
    ["the weakest", (row) => -agents.health[row]],
    ["the youngest", (row) => -agents.age[row]],
  ];
  const rows = new Map<number, string>();
  for (const [note, score] of best) {
    const row = rowOfBest(agents.id.length, score);
    if (row >= 0 && !rows.has(row)) rows.set(row, note);
  }
  return [...rows].map(([row, note]) => found(row, note));
}

/** The agent after (1) or before (-1) `id` in the order of ids; the first if `id` does not live; null if nobody does. */
export function neighbour(ids: ArrayLike<number>, id: number | null, direction: 1 | -1): number | null {
  const sorted = Array.from(ids).sort((a, b) => a - b);
  if (sorted.length === 0) return null;
  const place = id === null ? -1 : sorted.indexOf(id);
  if (place < 0) return direction > 0 ? sorted[0] : sorted[sorted.length - 1];
  return sorted[(place + direction + sorted.length) % sorted.length];
}
