/** From keys to actions: what the agent one plays is to do in the coming tick. */

/** The move, style and target to send. */
export interface Intent {
  move: number;
  style: number;
  target: number | null;
}

/**
 * Keys go down and up at any time, ticks come when they come: a move that was tapped counts for the coming tick even
 * if its key is up again by then, and one that is held counts for every tick. The style and the target stay.
 */
export class Pilot {
  style = 0;
  target: number | null = null;
  private held: number[] = [];
  private tapped = 0;

  press(move: number): void {
    this.release(move);
    this.held.push(move);
    this.tapped = move;
  }

  release(move: number): void {
    this.held = this.held.filter((other) => other !== move);
  }

  /** All keys up, as when the page loses the keyboard. */
  releaseAll(): void {
    this.held = [];
    this.tapped = 0;
  }

  /** What to do in the coming tick, as of now. */
  get intent(): Intent {
    return { move: this.held.at(-1) ?? this.tapped, style: this.style, target: this.target };
  }

  /** A tick has passed: what was only tapped is done. */
  ticked(): void {
    this.tapped = 0;
  }
}

interface Placed {
  id: number;
  row: number;
  col: number;
}

/** Who can be seen from `own`, nearest first (Chebyshev), then by id; not itself. */
export function inSight(own: Placed, others: Iterable<Placed>, sight: number): Placed[] {
  const distance = (other: Placed) => Math.max(Math.abs(other.row - own.row), Math.abs(other.col - own.col));
  return [...others]
    .filter((other) => other.id !== own.id && distance(other) <= sight)
    .sort((a, b) => distance(a) - distance(b) || a.id - b.id);
}

/** The agents of a frame one by one, each as where it stands. */
export function* agentsOf(agents: { id: Uint32Array; row: Uint16Array; col: Uint16Array }): Generator<Placed> {
  for (let i = 0; i < agents.id.length; i++) yield { id: agents.id[i], row: agents.row[i], col: agents.col[i] };
}
