/** Colours of populations: told apart by eyes of all kinds, on light ground and on dark. */

/**
 * Twelve colours. The first eight keep their distance under deuteranopia, protanopia and tritanopia in the spirit of
 * Okabe and Ito; the last four differ from their relatives by lightness.
 */
export const POPULATION_COLOURS = [
  "#4c9fe8",
  "#f28e2b",
  "#e9d24a",
  "#b45fc4",
  "#e4572e",
  "#7de0d4",
  "#f7b6d2",
  "#f4f1e8",
  "#1d4fa0",
  "#8a3b12",
  "#b7f06a",
  "#5b4b8a",
] as const;

const GOLDEN_TURN = 137.508;

/**
 * The colour of a population as "#rrggbb". Beyond twelve, hues step by the golden angle while lightness takes three
 * values in turn, so that neighbours in number are never neighbours in colour.
 */
export function populationColour(population: number): string {
  if (population < POPULATION_COLOURS.length) return POPULATION_COLOURS[population];
  const beyond = population - POPULATION_COLOURS.length;
  const hue = (beyond * GOLDEN_TURN) % 360;
  return hslToHex(hue, 0.62, [0.45, 0.7, 0.58][beyond % 3]);
}

function hslToHex(hue: number, saturation: number, lightness: number): string {
  const part = (n: number) => {
    const k = (n + hue / 30) % 12;
    const value = lightness - saturation * Math.min(lightness, 1 - lightness) * Math.max(-1, Math.min(k - 3, 9 - k, 1));
    return Math.round(value * 255)
      .toString(16)
      .padStart(2, "0");
  };
  return `#${part(0)}${part(8)}${part(4)}`;
}

/** Red, green and blue of "#rrggbb", 0 .. 1, as written (sRGB). */
export function rgb(hex: string): [number, number, number] {
  const value = Number.parseInt(hex.slice(1), 16);
  return [(value >> 16) / 255, ((value >> 8) & 255) / 255, (value & 255) / 255];
}
