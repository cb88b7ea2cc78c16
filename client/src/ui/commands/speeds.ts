/** The steps in which time is made faster and slower. */

export const SPEEDS = [0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, 100] as const;

/** The next speed above (direction 1) or below (-1); the fastest and the slowest stay. */
export function nextSpeed(speed: number, direction: 1 | -1): number {
  const near = 1e-6 * speed;
  const beyond = SPEEDS.filter((s) => (direction > 0 ? s > speed + near : s < speed - near));
  return (direction > 0 ? beyond[0] : beyond.at(-1)) ?? speed;
}
