/** Who fights whom: remembered from the attacks of frames for as long as a fight may still go on. */

import type { Frame } from "../frame";

/** After so many ticks without a blow a fight is over. */
export const TRUCE = 4;

export interface Quarrel {
  /** Who struck first of all, and whom. */
  attacker: number;
  target: number;
  /** Ticks of the first and the last blow. */
  began: number;
  struck: number;
  /** Whether both have struck. */
  mutual: boolean;
}

export class Quarrels {
  private readonly pairs = new Map<string, Quarrel>();

  /** Takes in the attacks of a frame, and forgets whoever has made peace or died. */
  take({ tick, attacks }: Frame, lives: (id: number) => boolean): void {
    for (let i = 0; i < attacks.attacker.length; i++) {
      const [attacker, target] = [attacks.attacker[i], attacks.target[i]];
      if (attacker === target) continue;
      const key = attacker < target ? `${attacker} ${target}` : `${target} ${attacker}`;
      const known = this.pairs.get(key);
      if (!known) this.pairs.set(key, { attacker, target, began: tick, struck: tick, mutual: false });
      else {
        known.struck = tick;
        known.mutual ||= known.attacker !== attacker;
      }
    }
    for (const [key, { attacker, target, struck }] of this.pairs) {
      if (tick - struck >= TRUCE || !lives(attacker) || !lives(target)) this.pairs.delete(key);
    }
  }

  /** Those that go on, in the order in which they began. */
  get all(): Quarrel[] {
    return [...this.pairs.values()];
  }

  /** Whether these two fight. */
  between(one: number, other: number): boolean {
    return this.pairs.has(one < other ? `${one} ${other}` : `${other} ${one}`);
  }

  clear(): void {
    this.pairs.clear();
  }
}
