/** The time between two ticks: how far the picture has come from the previous frame to the newest, 0 .. 1. */

const FASTEST = 30;
const SLOWEST = 1200;
const JUMP = 8;

export class Timeline {
  private start = 0;
  private duration = 600;
  private interval = 600;
  private tick = Number.NaN;
  private fixed: number | null = null;

  /**
   * A frame has come.
   *
   * @param nominal how long a tick lasts by the server's word [ms]; counts where no rhythm can be measured.
   * @returns whether the world jumped, so that nothing moves on the way.
   */
  arrive(tick: number, now: number, nominal: number): boolean {
    const passed = now - this.start;
    const jumped = !(tick >= this.tick && tick - this.tick <= JUMP);
    this.interval = jumped || passed > SLOWEST * 1.5 ? nominal : 0.6 * this.interval + 0.4 * passed;
    this.duration = Math.min(Math.max(this.interval, FASTEST), SLOWEST);
    this.start = now;
    this.tick = tick;
    return jumped;
  }

  /** The world is another one: nobody walks from the old to the new. */
  forget(): void {
    this.tick = Number.NaN;
  }

  /** Shares of the way, 0 .. 1. */
  alpha(now: number): number {
    return this.fixed ?? Math.min(Math.max((now - this.start) / this.duration, 0), 1);
  }

  /** Holds the picture at a share of the way, for pictures taken one by one; null lets it run again. */
  hold(alpha: number | null): void {
    this.fixed = alpha;
  }
}

/** How far agents have walked at a share of the tick; the rest of it belongs to their attacks. The shader has the same. */
export function walked(alpha: number): number {
  const t = Math.min(alpha / 0.62, 1);
  return t * t * (3 - 2 * t);
}
