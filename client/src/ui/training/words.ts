/** A training run in words. */

import type { Training } from "../../protocol";
import { count, percent, short } from "../parts/format";

/** Seconds as "42 s", "3:05 min", "2:10 h", "4 days". */
export function duration(seconds: number): string {
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  if (seconds < 3600) return `${Math.floor(seconds / 60)}:${two(seconds % 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}:${two((seconds % 3600) / 60)} h`;
  return count(Math.floor(seconds / 86_400), "day");
}

/** How far it is: what is left where a process trains it, else how long it was. */
export function progress({ training, seconds, left, share }: Training): string {
  if (!training) return `not training; ${duration(seconds)} so far`;
  if (left === null) return share === null ? `${duration(seconds)}, no limit` : "about to begin";
  return `${duration(left)} left, ${percent(share ?? 0)} done`;
}

/** Which weights play. */
export function weights({ weights: { steps }, held }: Training): string {
  return `${short(steps)} agent steps${held === null ? "" : ", kept"}`;
}
