/** The director: decides frame by frame what is shown. The same frames give the same shots. */

import { agentName, CAUSES, creatureName, isCreature } from "../names";
import { Quarrels } from "./quarrels";
import { captionOf, type Kind, lives, type Scene, type Sight, sightsOf } from "./sights";

export interface Shot {
  /** Counts the cuts. */
  number: number;
  kind: Kind;
  subjects: readonly number[];
  /** Tick of the cut. */
  since: number;
  /** What is seen, in a line. */
  caption: string;
}

/** A shot lasts at least so many ticks. */
export const SHORTEST = 6;
/** And at most so many; a fight that goes on is seen to its end, within reason. */
export const LONGEST: Record<Kind, number> = { whole: 14, oldest: 24, newborn: 14, hunt: 40, chase: 60, fight: 60 };
/** A death, and the end of a fight, are looked at for so many ticks more. */
export const LINGER = 3;
/** By how much something must be worth more than what is shown to end it early. */
const MARGIN = 1.5;
/** What has just been seen is worth less for so many ticks. */
const REST = 40;
const STALE = 5.5;
/** Beyond this the frames are not of one time any more: a jump in a replay, or another world. */
const JUMP = 40;

export class Director {
  shot: Shot | null = null;
  private readonly quarrels = new Quarrels();
  /** When a kind, or somebody, was last seen. */
  private readonly seen = new Map<Kind | number, number>();
  private worth = 0;
  private tick = Number.NaN;
  /** Tick at which what is shown came to its end. */
  private ended: number | null = null;
  /** What the creature is that is hunted. */
  private quarry: string | null = null;

  /** Takes in the next frame. @returns what is shown from now on. */
  take(scene: Scene): Shot {
    const { tick } = scene.frame;
    if (!(tick >= this.tick && tick - this.tick <= JUMP)) this.forget();
    if (tick === this.tick && this.shot) return this.shot;
    this.tick = tick;
    this.quarrels.take(scene.frame, (id) => lives(scene, id));
    const sights = sightsOf(scene, this.quarrels.all);
    if (this.shot) this.follow(this.shot, scene, sights);
    const next = this.bestOf(sights, tick);
    if (!this.shot || (next && this.mayCut(this.shot, next, tick))) this.cut(next ?? sights[0], scene);
    return this.shot as Shot;
  }

  /** Begins anew. */
  forget(): void {
    this.shot = this.ended = null;
    this.tick = Number.NaN;
    this.seen.clear();
    this.quarrels.clear();
  }

  /** Keeps the line of the shot true, and notices its end. */
  private follow(shot: Shot, scene: Scene, sights: Sight[]): void {
    const { frame } = scene;
    const fallen = shot.subjects.find((id) => !lives(scene, id));
    if (fallen !== undefined) {
      if (this.ended === null) this.ended = frame.tick;
      if (isCreature(fallen)) {
        shot.caption = `${creatureName(fallen, this.quarry ?? undefined)} is killed`;
        return;
      }
      const row = frame.deaths.id.indexOf(fallen);
      if (row >= 0) {
        const killed = CAUSES[frame.deaths.cause[row]] === "attack";
        shot.caption = `${agentName(fallen)} ${killed ? "is killed" : "dies"} at the age of ${frame.deaths.age[row]}`;
      }
      return;
    }
    const same = sights.find(({ subjects }) => sameOnes(subjects, shot.subjects));
    if (same) {
      this.ended = null;
      if (isQuarrel(same.kind) === isQuarrel(shot.kind)) shot.kind = same.kind;
      this.worth = same.worth;
    } else if (isQuarrel(shot.kind) && this.ended === null) this.ended = frame.tick;
    shot.caption = captionOf(shot, scene);
  }

  private mayCut(shot: Shot, next: Sight, tick: number): boolean {
    const age = tick - shot.since;
    if (age < SHORTEST) return false;
    if (this.ended !== null) return tick - this.ended >= LINGER;
    if (age >= LONGEST[shot.kind]) return true;
    return !isQuarrel(shot.kind) && next.worth > this.worth + MARGIN;
  }

  /** The best of what is not shown now; what has been seen lately counts for less. */
  private bestOf(sights: Sight[], tick: number): Sight | null {
    let best: Sight | null = null;
    for (const sight of sights) {
      if (this.shot && sameOnes(sight.subjects, this.shot.subjects)) continue;
      const last = Math.max(
        ...[sight.kind, ...sight.subjects].map((key) => this.seen.get(key) ?? Number.NEGATIVE_INFINITY),
      );
      const worth = sight.worth - STALE * Math.max(1 - (tick - last) / REST, 0);
      if (!best || worth > best.worth) best = { ...sight, worth };
    }
    return best;
  }

  private cut({ kind, subjects, worth }: Sight, scene: Scene): void {
    const { tick } = scene.frame;
    if (this.shot) for (const key of [this.shot.kind, ...this.shot.subjects]) this.seen.set(key, tick);
    const number = (this.shot?.number ?? 0) + 1;
    this.shot = { number, kind, subjects, since: tick, caption: captionOf({ kind, subjects }, scene) };
    this.worth = worth;
    this.ended = null;
    this.quarry = subjects.map((id) => scene.speciesOf?.(id) ?? null).find((name) => name !== null) ?? null;
  }
}

function isQuarrel(kind: Kind): boolean {
  return kind === "fight" || kind === "chase" || kind === "hunt";
}

function sameOnes(some: readonly number[], others: readonly number[]): boolean {
  return some.length === others.length && some.every((id) => others.includes(id));
}
