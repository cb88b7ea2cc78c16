/** Finding an agent by what one types. */

import type { AgentTable } from "../frame";
import { agentName } from "../names";
import type { Source } from "../protocol";
import { rowOfBest } from "./census";

export interface Found {
  id: number;
  population: number;
  name: string;
  /** Why it is listed: its age, or what makes it special. */
  note: string;
}

type Agents = Pick<AgentTable, "id" | "population" | "age" | "health">;

/**
 * Living agents whose id or name holds all the words of `query`, the closest first: the very id, ids that begin so,
 * then all others by age. Nothing typed lists the oldest, the weakest and the youngest.
 */
export function findAgents(query: string, agents: Agents, source: Source | undefined, limit = 8): Found[] {
  const words = query.toLowerCase().replace("#", " ").split(/\s+/).filter(Boolean);
  const found = (row: number, note = `age ${agents.age[row]}`): Found => {
    const [id, population] = [agents.id[row], agents.population[row]];
    return { id, population, name: agentName(source, population, id), note };
  };
  if (words.length === 0) return notable(agents, found);
  const text = words.join(" ");
  const closeness = (row: number) => {
    const id = String(agents.id[row]);
    return id === text ? 0 : id.startsWith(text) ? 1 : 2;
  };
  const rows: number[] = [];
  for (let row = 0; row < agents.id.length; row++) {
    const name = agentName(source, agents.population[row], agents.id[row]).toLowerCase();
    if (words.every((word) => name.includes(word))) rows.push(row);
  }
  rows.sort((a, b) => closeness(a) - closeness(b) || agents.age[b] - agents.age[a] || agents.id[a] - agents.id[b]);
  return rows.slice(0, limit).map((row) => found(row));
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
