/** What of a frame's deeds is seen: work that is done, what is traded or taken, levels, births, words. */

import type { Declared } from "../declared";
import type { Frame } from "../frame";
import { Kind } from "./effects";
import type { Outfit } from "./outfits";

/** The forms of things on chips; shaders/effect.frag has the same numbers. */
const Form = {
  coin: 0,
  fish: 1,
  meat: 2,
  meal: 3,
  ore: 4,
  sword: 5,
  knives: 6,
  staff: 7,
  armour: 8,
  thing: 9,
} as const;
/** Colours of chips, by number; shaders/effect.frag has the same. */
const TINTS = ["", "copper", "tin", "iron", "shrimp", "sardine", "herring", "chicken", "goblin"];
/** By how much the tint, and the way that a chip goes, are shifted in its number. */
const TINT = 16;
const DOWN = 512;
/** Coins that fly for one trade. */
const COINS = 3;

/** The number of a chip that shows a kind of items by what it is called, such as "cooked_herring" or "tin_ore". */
export function chipOf(name: string | undefined): number {
  if (name === "gold") return Form.coin;
  const parts = (name ?? "").split("_");
  const tint = Math.max(TINTS.indexOf(parts.find((part) => TINTS.includes(part)) ?? ""), 0);
  const form = parts[0] === "cooked" ? Form.meal : (Form[parts.at(-1) as keyof typeof Form] ?? formOf(tint));
  return form + TINT * tint;
}

function formOf(tint: number): number {
  if (tint === 0) return Form.thing;
  return TINTS.indexOf("chicken") <= tint ? Form.meat : Form.fish;
}

/** Quads as `eventsOf` of effects.ts has them: kind, actor, other actor, and a number. */
export function deedsOf({ deeds }: Frame, declared: Declared, rowOf: (id: number) => number): number[] {
  const quads: number[] = [];
  if (!deeds) return quads;
  const made = new Map<number, number>(); // chips above one head, one over the other
  for (let i = 0; i < deeds.what.length; i++) {
    const deed = declared.deeds[deeds.what[i]];
    const [me, other] = [rowOf(deeds.agent[i]), rowOf(deeds.other[i])];
    if (!deed || me < 0) continue;
    const chip = chipOf(deed.names[deeds.kind[i]]);
    if (deed.name === "make") {
      quads.push(Kind.chip, me, made.get(me) ?? 0, chip);
      made.set(me, (made.get(me) ?? 0) + 1);
    } else if (deed.name === "eat") quads.push(Kind.chip, me, 0, chip + DOWN);
    else if (deed.name === "spoil") quads.push(Kind.smoke, me, me, 0);
    else if (deed.name === "level_up") quads.push(Kind.level, me, me, 0);
    else if (other < 0) continue;
    else if (deed.name === "trade") {
      for (let nth = 0; nth < COINS; nth++) quads.push(Kind.coin, other, me, nth);
      quads.push(Kind.goods, me, other, chip);
    } else if (deed.name === "take") quads.push(Kind.goods, other, me, chip);
    else if (deed.name === "bear") quads.push(Kind.bear, me, other, 0);
  }
  return quads;
}

/** The words that agents say, above their heads. */
export function wordsOf({ count }: Frame, outfit: ((row: number) => Outfit) | null): number[] {
  const quads: number[] = [];
  for (let row = 0; outfit && row < count; row++) {
    const { word } = outfit(row);
    if (word > 0) quads.push(Kind.word, row, row, word);
  }
  return quads;
}
