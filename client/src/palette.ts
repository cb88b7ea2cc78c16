/** Colours of populations: told apart by eyes of all kinds, on light ground and on dark. */

/**
 * Twelve colours, found by search: the least distance of any two in OKLab, to full colour vision and under protanopia,
 * deuteranopia and tritanopia, is as large as it gets while all stand out from grass. The first are the furthest apart:
 * 0.19 among four, 0.11 among eight, 0.08 among all, where 0.02 can just be told. palette.test.ts measures it.
 */
export const POPULATION_COLOURS = [
  "#525ad7",
  "#f1db13",
  "#ab101f",
  "#09feea",
  "#e57aeb",
  "#875c8f",
  "#7e0d65",
  "#40a39a",
  "#3fd99b",
  "#5d299d",
  "#e9f6a5",
  "#4d6357",
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
