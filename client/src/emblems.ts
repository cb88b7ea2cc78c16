/** Emblems of populations: shapes that tell them apart where colours do not. */

/**
 * Twelve outlines in a square from -6 to 6, y downwards, for SVG and canvas alike; filled by the even-odd rule. The
 * first are the least alike, and none is another turned by less than a third of a quarter.
 */
const OUTLINES = [
  "M5 0A5 5 0 1 1-5 0A5 5 0 1 1 5 0Z", // disc
  "M-4.5-4.5H4.5V4.5H-4.5Z", // square
  "M0-5.5L5.5 4.5H-5.5Z", // triangle
  "M-1.8-5.4H1.8V-1.8H5.4V1.8H1.8V5.4H-1.8V1.8H-5.4V-1.8H-1.8Z", // plus
  "M0-6L1.5-2.1L5.7-1.9L2.4.8L3.5 4.9L0 2.5L-3.5 4.9L-2.4.8L-5.7-1.9L-1.5-2.1Z", // star
  "M0-6L4.8 0L0 6L-4.8 0Z", // diamond
  "M5.4 0A5.4 5.4 0 1 1-5.4 0A5.4 5.4 0 1 1 5.4 0ZM2.2 0A2.2 2.2 0 1 1-2.2 0A2.2 2.2 0 1 1 2.2 0Z", // ring
  "M0 5.5L5.5-4.5H-5.5Z", // triangle on its point
  "M-5-5.2H5L1.4 0L5 5.2H-5L-1.4 0Z", // hourglass
  "M2.6-5.2A5.6 5.6 0 1 0 2.6 5.2A6.4 6.4 0 0 1 2.6-5.2Z", // crescent
  "M-5.4 5.4V-5.4H-1.8V1.8H5.4V5.4Z", // corner
  "M0-2.2L3.2-5.4L5.4-3.2L2.2 0L5.4 3.2L3.2 5.4L0 2.2L-3.2 5.4L-5.4 3.2L-2.2 0L-5.4-3.2L-3.2-5.4Z", // cross
] as const;

/** Half the side of the square that emblems are drawn in. */
export const EMBLEM_REACH = 6;
export const EMBLEMS = OUTLINES.length;

/** The outline of a population's emblem; beyond twelve they come again, in other colours. */
export function emblemOf(population: number): string {
  return OUTLINES[population % EMBLEMS];
}

const paths = new Map<string, Path2D>();

/** Adds the emblem of a population to nothing yet drawn: fills it, `size` wide, in the colour of the pen. */
export function drawEmblem(pen: CanvasRenderingContext2D, population: number, x: number, y: number, size: number) {
  const outline = emblemOf(population);
  let path = paths.get(outline);
  if (!path) {
    path = new Path2D(outline);
    paths.set(outline, path);
  }
  const scale = size / (2 * EMBLEM_REACH);
  pen.save();
  pen.translate(x, y);
  pen.scale(scale, scale);
  pen.fill(path, "evenodd");
  if (pen.lineWidth > 0) {
    pen.lineWidth /= scale;
    pen.stroke(path);
  }
  pen.restore();
}

/** The first of the letters that stand for emblems in texts of the scene; Unicode leaves them to us. */
const FIRST_LETTER = 0xe000;

/** The letter that stands for the emblem of a population in texts of the scene. */
export function emblemLetter(population: number): string {
  return String.fromCharCode(FIRST_LETTER + (population % EMBLEMS));
}

/** The emblem that a letter stands for; null for one that is written as it is. */
export function emblemOfLetter(letter: string): string | null {
  return OUTLINES[letter.charCodeAt(0) - FIRST_LETTER] ?? null;
}
