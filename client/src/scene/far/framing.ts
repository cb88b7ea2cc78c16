/** How a square of the map is framed so that it fills a window, whatever the window's shape. */

export interface Framing {
  /** Angle between the view and straight down [rad]. */
  tilt: number;
  /** From the camera to what it looks at [tiles], for a square of one tile. */
  distance: number;
  /** How far south of the square's middle it looks [tiles], for a square of one tile. */
  south: number;
}

/** Shares of the window that the square leaves free at its sides, at the top and at the bottom. */
export const MARGIN = { side: 0.02, top: 0.09, bottom: 0.04 } as const;
const [TOP, BOTTOM] = [1 - 2 * MARGIN.top, 2 * MARGIN.bottom - 1];
/** A square seen at this angle is this much lower than wide. */
const LOWER = 1.25;
const [STEEPEST, FLATTEST] = [0.4, 0.95];

/**
 * Frames a square seen from the south: as close as it can be seen whole. Wide windows look at it aslant, tall ones
 * from above, so that it takes as much of the window as it can.
 *
 * @param aspect width of the window by its height.
 * @param field angle of view from top to bottom [rad].
 */
export function frameSquare(aspect: number, field: number): Framing {
  const tilt = Math.min(Math.max(Math.acos(Math.min(LOWER / aspect, 1)), STEEPEST), FLATTEST);
  let [near, far] = [0.5, 40];
  let south = 0;
  while (far - near > 1e-4) {
    const distance = (near + far) / 2;
    const { top, bottom, scale, depth, ...placed } = middled(tilt, distance, field);
    const fits = depth > 0 && top <= TOP && bottom >= BOTTOM && (0.5 * scale) / aspect <= 1 - 2 * MARGIN.side;
    if (fits) {
      far = distance;
      south = placed.south;
    } else near = distance;
  }
  return { tilt, distance: far, south };
}

/** The square with as much room above as below: how far south the camera looks, and the square's edges in the window. */
function middled(tilt: number, distance: number, field: number) {
  const edges = (south: number) => [-0.5, 0.5].map((z) => seen(z - south, tilt, distance, field));
  let [a, b] = [-0.5, 0.5];
  while (b - a > 1e-5) {
    const south = (a + b) / 2;
    const [top, bottom] = edges(south);
    // looking further south lifts the square in the window
    if (top.y - TOP > BOTTOM - bottom.y) b = south;
    else a = south;
  }
  const [top, bottom] = edges(a);
  return { south: a, top: top.y, bottom: bottom.y, depth: bottom.depth, scale: bottom.scale };
}

/** A point of the ground `south` of what is looked at: its height in the window, -1 .. 1, and the size of a tile there. */
function seen(south: number, tilt: number, distance: number, field: number) {
  const depth = distance - south * Math.sin(tilt);
  const scale = 1 / (Math.tan(field / 2) * depth);
  return { depth, scale, y: -south * Math.cos(tilt) * scale };
}
