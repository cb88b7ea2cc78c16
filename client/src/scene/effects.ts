/** What happens in a tick: attacks that fly and strike, those who come and those who go. */

import { DoubleSide, type Mesh, PlaneGeometry } from "three";
import type { Declared } from "../declared";
import type { Frame } from "../frame";
import type { Actors } from "./actors";
import { deedsOf, wordsOf } from "./deeds";
import { fillInstances, instanced, instancedOf, makeMaterial, Order } from "./material";
import { outfitsOf } from "./outfits";
import chips from "./shaders/chips.glsl?raw";
import fragment from "./shaders/effect.frag?raw";
import vertex from "./shaders/effect.vert?raw";
import type { Shared } from "./uniforms";

/** Kinds of quads; the shaders have the same numbers. What flies has the number of its style. */
export const Kind = {
  swing: 0,
  arrow: 1,
  orb: 2,
  impact: 3,
  frost: 4,
  birth: 5,
  death: 6,
  coin: 7,
  goods: 8,
  chip: 9,
  level: 10,
  bear: 11,
  smoke: 12,
  word: 13,
} as const;

const MAGE = 2;

/** The quads of a frame: kind, actor, other actor, damage. Whom the picture does not have is left out. */
export function eventsOf({ attacks, births, deaths }: Frame, rowOf: (id: number) => number): number[] {
  const events: number[] = [];
  const struck = new Set<number>(); // one blow for each target and kind, however many attack it
  attacks.attacker.forEach((id, i) => {
    const [from, to, style] = [rowOf(id), rowOf(attacks.target[i]), attacks.style[i]];
    if (from < 0 || to < 0 || style > MAGE) return;
    events.push(style, from, to, attacks.damage[i]);
    const blow = style === MAGE ? Kind.frost : Kind.impact;
    if (!struck.has(8 * to + blow)) events.push(blow, from, to, attacks.damage[i]);
    struck.add(8 * to + blow);
  });
  births.id.forEach((id) => {
    const row = rowOf(id);
    if (row >= 0) events.push(Kind.birth, row, row, 0);
  });
  deaths.id.forEach((id) => {
    const row = rowOf(id);
    if (row >= 0) events.push(Kind.death, row, row, 0);
  });
  return events;
}

export class Effects {
  readonly mesh: Mesh;
  private readonly geometry = instancedOf(new PlaneGeometry(1, 1));

  constructor(shared: Shared) {
    const material = makeMaterial(shared, { vertex, fragment: `${chips}\n${fragment}`, actors: true, blend: true });
    material.side = DoubleSide;
    this.mesh = instanced(this.geometry, material, Order.effects);
    this.mesh.visible = false;
  }

  /** How much the last frame showed, by the names of kinds. */
  shown: Record<string, number> = {};

  show(frame: Frame, actors: Actors, jumped: boolean, declared: Declared): void {
    const rowOf = (id: number) => actors.rowOf(id);
    const events = wordsOf(frame, outfitsOf(frame, declared));
    if (!jumped) {
      events.push(...eventsOf(frame, rowOf), ...deedsOf(frame, declared, rowOf));
      for (const { id } of actors.beasts.dead) events.push(Kind.death, rowOf(id), rowOf(id), 0);
    }
    const kinds = events.filter((_, i) => i % 4 === 0);
    this.shown = Object.fromEntries(
      Object.entries(Kind).map(([name, kind]) => [name, kinds.filter((each) => each === kind).length]),
    );
    fillInstances(this.geometry, { aEvent: events }, 4);
    this.mesh.visible = events.length > 0;
  }
}
