/** How finely the picture is drawn: chosen by hand, or by how fast this machine draws. */

import { median } from "./stats";

export interface Level {
  name: "low" | "medium" | "high";
  /** At most so many pixels of the picture for one of the page. */
  pixelRatio: number;
  /** Factor on the distances at which things are drawn coarser. */
  detail: number;
  /** Least time between pictures [ms]. */
  interval: number;
}

const LEVELS: readonly Level[] = [
  { name: "low", pixelRatio: 0.8, detail: 0.3, interval: 40 },
  { name: "medium", pixelRatio: 1.25, detail: 0.7, interval: 0 },
  { name: "high", pixelRatio: 2, detail: 1, interval: 0 },
];
const TOO_SLOW = 30;
const WINDOW = 40;
const WARM_UP = 5;

export class Quality {
  private choice: "auto" | Level["name"] = "auto";
  private at = 2;
  private last = 0;
  private times: number[] = [];

  get level(): Level {
    return LEVELS[this.at];
  }

  choose(choice: "auto" | Level["name"]): void {
    this.choice = choice;
    if (choice !== "auto") this.at = LEVELS.findIndex(({ name }) => name === choice);
    this.times = [];
  }

  /** Takes note of a picture drawn. @returns whether the level has changed. */
  drawn(now: number): boolean {
    const took = now - this.last;
    this.last = now;
    if (this.choice !== "auto" || this.at === 0 || took > 1000) return false;
    this.times.push(took);
    if (this.times.length < (median(this.times) > 3 * TOO_SLOW ? WARM_UP : WINDOW)) return false;
    const slow = median(this.times) > TOO_SLOW;
    this.times = [];
    if (slow) this.at -= 1;
    return slow;
  }
}
