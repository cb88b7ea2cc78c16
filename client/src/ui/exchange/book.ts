/** What a book of the exchange says of one kind. */

import type { KindReport } from "../../society";

/** The best price on each side, and the last; null where there is none. */
export interface Quote {
  bid: number | null;
  ask: number | null;
  last: number | null;
}

export function quote({ buy, sell, last }: KindReport, prices: readonly number[]): Quote {
  const bid = buy?.findLastIndex((count) => count > 0) ?? -1;
  const ask = sell?.findIndex((count) => count > 0) ?? -1;
  return { bid: prices[bid] ?? null, ask: prices[ask] ?? null, last: last > 0 ? last : null };
}

/** A price at which somebody waits, and how many on each side. */
export interface Level {
  price: number;
  buy: number;
  sell: number;
}

/** All prices at which anybody waits, the highest first. */
export function levels({ buy = [], sell = [] }: KindReport, prices: readonly number[]): Level[] {
  return prices
    .map((price, i) => ({ price, buy: buy[i] ?? 0, sell: sell[i] ?? 0 }))
    .filter((level) => level.buy + level.sell > 0)
    .reverse();
}

export function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}

/** Whether anybody trades the kind, or wants to. */
export function traded({ buy = [], sell = [], units, last }: KindReport): boolean {
  return last > 0 || sum(units) > 0 || sum(buy) + sum(sell) > 0;
}

/** What a unit cost on the mean in each span; null where none was traded. */
export function meanPrices({ units, gold }: Pick<KindReport, "units" | "gold">): (number | null)[] {
  return units.map((count, i) => (count > 0 ? gold[i] / count : null));
}

/** Counts in fewer bars: the first holds the oldest spans, and each as many of them as the others, but for the last. */
export function gathered(counts: readonly number[], most: number): number[] {
  const each = Math.ceil(counts.length / most);
  const bars = Math.ceil(counts.length / Math.max(each, 1));
  return Array.from({ length: bars }, (_, i) => sum(counts.slice(i * each, (i + 1) * each)));
}
