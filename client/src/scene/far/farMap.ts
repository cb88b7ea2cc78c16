/** The map from afar, a colour a tile: what stands and lies there seen from above, averaged over as many tiles as a pixel holds. */

import { DataTexture, LinearFilter, LinearMipmapLinearFilter, RGBAFormat, SRGBColorSpace } from "three";
import type { Declared } from "../../declared";
import { GROUND } from "../ground";
import { LAVA, WATER } from "../relief";

/** Sand and foam that a water tile shows for each of its four sides that is land. */
const SHORE = [222, 214, 178] as const;
const SHORE_SHARE = 0.13;
/** By how much single tiles are lighter or darker than others of their kind. */
const MOTTLE = 0.07;

const FAR = GROUND.map(({ far }) => channels(far));

function channels(colour: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
}

/** Writes red, green, blue and alpha of a tile from afar, 0 .. 255, where they belong in an image of the map. */
export function paintTile(
  image: Uint8Array,
  plane: Uint8Array,
  side: number,
  place: number,
  further: Declared["further"] = [],
): void {
  const material = plane[place];
  const own = (Math.imul(place + 1, 0x9e3779b1) >>> 8) / 0xffffff; // a number of its own for each tile, 0 .. 1
  const light = 1 + MOTTLE * (2 * own - 1);
  const shore = material === WATER ? SHORE_SHARE * landSides(plane, side, place) : 0;
  const colour = FAR[material] ?? channels(further[material - FAR.length]?.colour ?? GROUND[LAVA].far);
  for (let i = 0; i < 3; i++) {
    const value = (colour[i] * (1 - shore) + SHORE[i] * shore) * light;
    image[4 * place + i] = value > 255 ? 255 : Math.round(value);
  }
  image[4 * place + 3] = material === LAVA ? 0 : 255;
}

function landSides(plane: Uint8Array, side: number, place: number): number {
  const [row, col] = [Math.floor(place / side), place % side];
  const land = (r: number, c: number) =>
    Number(r >= 0 && c >= 0 && r < side && c < side && plane[r * side + c] !== WATER && plane[r * side + c] !== LAVA);
  return land(row - 1, col) + land(row + 1, col) + land(row, col - 1) + land(row, col + 1);
}

export class FarMap {
  /** Alpha is the share of land and water: lava glows by itself, and the shader draws it. */
  readonly texture: DataTexture;
  private readonly data: Uint8Array;
  private stale = true;

  constructor(
    readonly side: number,
    private readonly further: Declared["further"] = [],
  ) {
    this.data = new Uint8Array(side * side * 4).fill(0);
    this.texture = new DataTexture(this.data, side, side, RGBAFormat);
    this.texture.colorSpace = SRGBColorSpace;
    this.texture.magFilter = LinearFilter;
    this.texture.minFilter = LinearMipmapLinearFilter;
    this.texture.generateMipmaps = true;
    this.texture.anisotropy = 4;
  }

  fill(plane: Uint8Array): void {
    for (let place = 0; place < plane.length; place++) this.paint(plane, place);
  }

  /** Takes in that these tiles have changed; no water comes or goes, so their neighbours look as before. */
  change(plane: Uint8Array, places: Uint32Array): void {
    for (const place of places) this.paint(plane, place);
  }

  /** Hands the map to the GPU if it has changed; to be called before it is drawn. */
  refresh(): void {
    if (this.stale) this.texture.needsUpdate = true;
    this.stale = false;
  }

  private paint(plane: Uint8Array, place: number): void {
    paintTile(this.data, plane, this.side, place, this.further);
    this.stale = true;
  }
}
