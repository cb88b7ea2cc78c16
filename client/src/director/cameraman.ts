/** The camera of the director: where it stands at each moment of a shot. */

import type { Kind, Sight } from "./sights";

/** How a kind of shot looks at its subjects: from how far [tiles], and how far from straight down [rad]. */
const LENS: Record<Exclude<Kind, "whole">, { distance: number; tilt: number }> = {
  oldest: { distance: 10, tilt: 1.0 },
  newborn: { distance: 7.5, tilt: 1.02 },
  chase: { distance: 12, tilt: 0.92 },
  fight: { distance: 9, tilt: 0.98 },
  hunt: { distance: 9, tilt: 0.98 },
};
/** How much of the way to its subjects the camera goes in a tick. */
const EAGER = 0.45;
/** In a tick the camera goes around by this much [rad], and comes nearer by this share, at most so much. */
const AROUND = 0.012;
const NEARER = 0.006;
const NEAREST = 0.82;

export type Point = readonly [x: number, y: number, z: number];

export interface Stand {
  target: Point;
  distance: number;
  tilt: number;
  heading: number;
}

/** Follows the subjects of one shot after another. */
export class Cameraman {
  private number = -1;
  private from: Point = [0, 0, 0];
  private to: Point = [0, 0, 0];
  private ticks = 0;
  private shot: Pick<Sight, "kind" | "subjects"> = { kind: "whole", subjects: [] };

  /**
   * A tick has come.
   *
   * @param places where those of the subjects stand who still live; with none the camera stays.
   */
  tick(
    shot: Pick<Sight, "kind" | "subjects"> & { number: number; since: number },
    tick: number,
    places: Point[],
  ): void {
    const middle = places.length ? meanOf(places) : this.to;
    const cut = shot.number !== this.number;
    this.from = cut ? middle : this.to;
    this.to = cut ? middle : mix(this.to, middle, EAGER);
    this.number = shot.number;
    this.shot = shot;
    this.ticks = tick - shot.since;
  }

  /** Whether all of the map is shown, around which `drift` says how far the camera has gone. */
  get whole(): boolean {
    return this.shot.kind === "whole";
  }

  /** How far the camera has gone around [rad], and how much nearer it has come. @param calm whether it stays. */
  drift(alpha: number, calm: boolean): { around: number; nearer: number } {
    const ticks = calm ? 0 : Math.max(this.ticks - 1 + alpha, 0);
    return { around: AROUND * ticks, nearer: Math.max(1 - NEARER * ticks, NEAREST) };
  }

  /** Where it stands at a share of the tick. */
  stand(alpha: number, calm: boolean): Stand {
    const { kind, subjects } = this.shot;
    const { distance, tilt } = LENS[kind as Exclude<Kind, "whole">];
    const { around, nearer } = this.drift(alpha, calm);
    const begin = (((subjects[0] ?? 0) * 0.61803) % 1) - 0.5; // each subject is seen from a side of its own
    return { target: mix(this.from, this.to, alpha), distance: distance * nearer, tilt, heading: begin + around };
  }
}

function mix(a: Point, b: Point, share: number): Point {
  return [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share];
}

function meanOf(points: Point[]): Point {
  const sum = (axis: 0 | 1 | 2) => points.reduce((total, point) => total + point[axis], 0) / points.length;
  return [sum(0), sum(1), sum(2)];
}
