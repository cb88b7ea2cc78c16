/** The most health that agents can have: where they have skills, it is their level of constitution. */

import { columnNamed, type Declared } from "./declared";
import { type AgentTable, columnOf } from "./frame";
import type { Source } from "./protocol";

/** The most health of the agent in a row. */
export interface MostHealth {
  most: number;
  /**
   * Whether that is told. A replay from before frames told levels does not, nor is one in a fair seat told it of others:
   * it is then taken to be what a newborn has, or what the agent has now if that is more.
   */
  told: boolean;
}

export function mostHealthOf(
  agents: Pick<AgentTable, "health">,
  declared: Declared,
  { vitals }: Pick<Source, "vitals">,
): (row: number) => MostHealth {
  if (!declared.columns.some(({ system }) => system === "skills")) return () => ({ most: vitals.health, told: true });
  const column = columnNamed(declared, "skills", "constitution_level");
  const levels = column && columnOf(agents as AgentTable, column.name);
  return (row) => {
    const level = Number(levels?.[row] ?? column?.unknown);
    if (column && level > 0 && level !== column.unknown) return { most: level, told: true };
    return { most: Math.max(vitals.health, agents.health[row]), told: false };
  };
}
