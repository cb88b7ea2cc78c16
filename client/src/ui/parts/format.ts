/** Numbers as people read them. */

const GROUPED = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const COMPACT = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 3 });

/** 12345 as "12,345". */
export function whole(value: number | bigint): string {
  return GROUPED.format(value);
}

/** A number of any size in few characters: "0.042", "7.25", "1.2M", "–" for none. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size >= 10_000) return COMPACT.format(value);
  if (size >= 100 || Number.isInteger(value)) return whole(value);
  return trimmed(value.toPrecision(size >= 10 ? 3 : size >= 0.01 ? 2 : 1));
}

/** "2.50" as "2.5"; the exponent form of tiny numbers stays. */
function trimmed(text: string): string {
  return text.includes(".") && !text.includes("e") ? text.replace(/\.?0+$/, "") : text;
}

/** A share as "34 %"; what is not quite nothing is "<1 %". */
export function percent(share: number): string {
  if (!Number.isFinite(share)) return "–";
  const value = 100 * share;
  return value > 0 && value < 1 ? "<1 %" : `${Math.round(value)} %`;
}

/** How fast time runs: "0.25×", "16×". */
export function times(speed: number): string {
  return `${trimmed(speed.toFixed(2))}×`;
}

/** "1 tick", "12 ticks". */
export function count(value: number, one: string, many = `${one}s`): string {
  return `${whole(value)} ${value === 1 ? one : many}`;
}

/** A noun that was declared, with its article: "a cave ogre", "an ogre". */
export function a(noun: string): string {
  return `${/^[aeiou]/i.test(noun) ? "an" : "a"} ${noun.replaceAll("_", " ")}`;
}

export function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** A direction in words, from rows and columns: (-2, 1) is "2 north, 1 east". */
export function bearing(rows: number, cols: number): string {
  const parts = [
    rows !== 0 && `${Math.abs(rows)} ${rows < 0 ? "north" : "south"}`,
    cols !== 0 && `${Math.abs(cols)} ${cols > 0 ? "east" : "west"}`,
  ].filter((part) => part !== false);
  return parts.join(", ") || "here";
}
