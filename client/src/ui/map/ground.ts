/** Colours of the ground on maps drawn flat. */

import { type Declared, furtherOf } from "../../declared";
import { rgb } from "../../palette";

/** By material of ours: lava, water, grass, scrub, forest, stone, orerock. */
const GROUND = ["#5c2016", "#4a8fb3", "#83a552", "#ad945c", "#35683a", "#79797e", "#8f7a62"] as const;

const PACKED = new Uint32Array(GROUND.map(packed));

/** What has not been seen. */
export const FOG = packed("#20242c") >>> 0;

function packed(colour: string): number {
  const [r, g, b] = rgb(colour).map((part) => Math.round(part * 255));
  return (255 << 24) | (b << 16) | (g << 8) | r;
}

/** The colour of a material as it stands in the memory of an ImageData: red first, on a little-endian machine. */
export function packedGround(material: number, declared: Declared): number {
  const made = PACKED[material] === undefined ? furtherOf(declared, material) : null;
  return made ? packed(made.colour) >>> 0 : (PACKED[material] ?? PACKED[0]);
}
