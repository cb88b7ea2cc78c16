/** What there is to see in a frame, and how much it is worth. */

import { type Declared, OURS } from "../declared";
import type { Frame } from "../frame";
import { mostHealthOf } from "../health";
import { agentName, creatureName, isCreature, populationName } from "../names";
import type { Source } from "../protocol";
import type { Quarrel } from "./quarrels";

export type Kind = "whole" | "oldest" | "newborn" | "hunt" | "chase" | "fight";

export interface Sight {
  kind: Kind;
  /** Ids of whom it is about; none for the whole. */
  subjects: readonly number[];
  worth: number;
}

/** What a sight is worth before anything of it is known. */
const WORTH: Record<Kind, number> = { whole: 2, oldest: 3.5, newborn: 4, hunt: 5, chase: 5.5, fight: 6 };
/** Two this far apart [tiles] are no fight on the spot any more: one runs after the other, or shoots. */
const APART = 2;

/** A frame, and the row of each living agent in it; -1 for others. */
export interface Scene {
  frame: Frame;
  rowOf(id: number): number;
  source: Source;
  /** What its systems declare. Missing where all are ours. */
  declared?: Declared;
  /** What a creature of the frame is, "goblin"; null if it is not there. Missing where there are none. */
  speciesOf?(id: number): string | null;
}

/** Whether an agent or a creature is in a frame. */
export function lives({ rowOf, speciesOf }: Scene, id: number): boolean {
  return isCreature(id) ? (speciesOf?.(id) ?? null) !== null : rowOf(id) >= 0;
}

/** Everything worth seeing, in an order that depends on nothing but the frame and the fights before it. */
export function sightsOf(scene: Scene, quarrels: readonly Quarrel[]): Sight[] {
  const { frame } = scene;
  const sights: Sight[] = [{ kind: "whole", subjects: [], worth: WORTH.whole }];
  const oldest = oldestOf(frame);
  if (oldest !== null) sights.push({ kind: "oldest", subjects: [oldest], worth: WORTH.oldest });
  for (const id of frame.births.id) {
    if (scene.rowOf(id) >= 0) sights.push({ kind: "newborn", subjects: [id], worth: WORTH.newborn });
  }
  for (const quarrel of quarrels) sights.push(sightOf(scene, quarrel));
  return sights;
}

/** Fights are worth more where both strike, and the nearer one of them is to death. */
export function sightOf({ frame: { agents }, rowOf, source, declared = OURS }: Scene, quarrel: Quarrel): Sight {
  const both = [quarrel.attacker, quarrel.target];
  const most = mostHealthOf(agents, declared, source);
  const share = (row: number) => agents.health[row] / most(row).most;
  if (both.some(isCreature)) {
    const weak = Math.min(...both.map(rowOf).map((row) => (row < 0 ? 1 : share(row))));
    return { kind: "hunt", subjects: both, worth: WORTH.hunt + Number(quarrel.mutual) + 1.5 * (1 - weak) };
  }
  const rows = [rowOf(quarrel.attacker), rowOf(quarrel.target)];
  const [a, b] = rows;
  const apart = Math.max(Math.abs(agents.row[a] - agents.row[b]), Math.abs(agents.col[a] - agents.col[b]));
  const kind = apart > APART && !quarrel.mutual ? "chase" : "fight";
  const weakest = Math.min(...rows.map(share));
  const worth = WORTH[kind] + Number(quarrel.mutual) + 1.5 * (1 - weakest);
  return { kind, subjects: [quarrel.attacker, quarrel.target], worth };
}

function oldestOf({ agents, count }: Frame): number | null {
  let best = -1;
  for (let row = 0; row < count; row++) {
    const older = best < 0 || agents.age[row] > agents.age[best];
    if (older || (agents.age[row] === agents.age[best] && agents.id[row] < agents.id[best])) best = row;
  }
  return best < 0 ? null : agents.id[best];
}

/** A sight in a line, such as "The oldest: Mira #97 of Population 3, 412 ticks". */
export function captionOf({ kind, subjects }: Omit<Sight, "worth">, scene: Scene): string {
  const { frame, rowOf, source, speciesOf } = scene;
  const full = (id: number) =>
    isCreature(id)
      ? creatureName(id, speciesOf?.(id) ?? undefined)
      : `${agentName(id)} of ${populationName(source, frame.agents.population[rowOf(id)])}`;
  const [one, other] = subjects;
  if (kind === "fight") return `A fight: ${full(one)} against ${full(other)}`;
  if (kind === "hunt") return `A hunt: ${full(one)} against ${full(other)}`;
  if (kind === "chase") return `A chase: ${full(one)} after ${full(other)}`;
  if (kind === "newborn") return `A newborn: ${full(one)}`;
  if (kind === "oldest") return `The oldest: ${full(one)}, ${counted(frame.agents.age[rowOf(one)], "tick")}`;
  return `The whole world: ${counted(frame.count, "agent")} of ${counted(source.populations, "population")}`;
}

function counted(number: number, noun: string): string {
  return `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
}
