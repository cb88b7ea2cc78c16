/** How many lived when: samples of the census over time, in bounded memory. */

export interface Sample {
  tick: number;
  counts: readonly number[];
}

/**
 * Samples in the order of their ticks. With a `window` it keeps the last so many ticks; without one it keeps all
 * time, and thins itself out to every second sample whenever it is full.
 */
export class History {
  samples: Sample[] = [];
  private stride = 1;

  constructor(
    private readonly capacity: number,
    private readonly window = Number.POSITIVE_INFINITY,
  ) {}

  /** Adds a sample. One of an earlier tick takes back all from there on: the replay went back. */
  add(tick: number, counts: readonly number[]): void {
    while (this.last && this.last.tick >= tick) this.samples.pop();
    const before = this.samples.at(-2);
    // The newest sample is always kept, but becomes permanent only a stride after the one before it.
    if (before && this.last && this.last.tick - before.tick < this.stride) this.samples.pop();
    this.samples.push({ tick, counts });
    while (this.samples[0].tick < tick - this.window) this.samples.shift();
    if (this.samples.length > this.capacity) this.thin();
  }

  /** Puts what was before a tick in front of what has been added from there on. */
  fill(past: readonly Sample[], tick: number): void {
    const own = this.samples.filter((sample) => sample.tick >= tick);
    const from = (own.at(-1)?.tick ?? tick) - this.window;
    this.samples = [...past.filter((sample) => sample.tick < tick && sample.tick >= from), ...own];
    while (this.samples.length > this.capacity) this.thin();
  }

  clear(): void {
    this.samples = [];
    this.stride = 1;
  }

  private get last(): Sample | undefined {
    return this.samples.at(-1);
  }

  private thin(): void {
    const newest = this.samples.length - 1;
    this.samples = this.samples.filter((_, i) => i % 2 === 0 || i === newest);
    this.stride = (2 * ((this.samples.at(-1)?.tick ?? 0) - this.samples[0].tick)) / this.capacity;
  }
}

/** The sample nearest to a tick; -1 if there is none. Samples are in the order of their ticks. */
export function nearest(samples: readonly Sample[], tick: number): number {
  let low = 0;
  let high = samples.length - 1;
  if (high < 0) return -1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (samples[middle].tick <= tick) low = middle;
    else high = middle;
  }
  return tick - samples[low].tick <= samples[high].tick - tick ? low : high;
}
