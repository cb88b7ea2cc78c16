/** Colours of the ground on maps drawn flat. */

import { type Declared, furtherOf } from "../../declared";
import { rgb } from "../../palette";

/** By material of ours: lava, water, grass, scrub, forest, stone, orerock. */
const GROUND = ["#562218", "#3a96be", "#84a258", "#9c8a5a", "#3a6a3c", "#969290", "#736885"] as const;

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
