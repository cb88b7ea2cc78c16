/** The map as a texture: what each tile is, what it was, and when it changed, so that the GPU can let forests grow. */

import { DataTexture, NearestFilter, RGBAFormat, UnsignedByteType } from "three";
import type { Frame } from "../frame";

/** The clock of changes counts in these [s], and comes round after so many. */
export const CLOCK_UNIT = 1 / 16;
export const CLOCK_TURN = 2 ** 15;
/** After this long nothing is still changing [s]. */
const SETTLED = 6;

/** The highest bit beside the clock: the tile has not been seen. */
const FOG = 128;

/** What the clock shows at a time [s]. */
export function clockAt(seconds: number): number {
  return Math.floor(seconds / CLOCK_UNIT) & (CLOCK_TURN - 1);
}

export class TileTexture {
  readonly texture: DataTexture;
  private readonly data: Uint8Array;
  private changing: { place: number; at: number }[] = [];

  constructor(readonly side: number) {
    this.data = new Uint8Array(side * side * 4);
    this.texture = new DataTexture(this.data, side, side, RGBAFormat, UnsignedByteType);
    this.texture.magFilter = this.texture.minFilter = NearestFilter;
  }

  /** The whole map, as if nothing had ever changed; what has not been seen lies in fog. */
  fill(plane: Uint8Array, known: (place: number) => boolean = () => true): void {
    plane.forEach((material, place) => {
      this.data[4 * place] = this.data[4 * place + 1] = material;
      this.data[4 * place + 2] = known(place) ? 0 : FOG;
      this.data[4 * place + 3] = 0;
    });
    this.changing = [];
    this.upload();
  }

  /** The tiles that a frame changes, at a time [s]. */
  change(tiles: Frame["tiles"], seconds: number): void {
    const clock = clockAt(seconds);
    const settled = this.settle(seconds);
    tiles.index.forEach((place, i) => {
      const texel = 4 * place;
      this.data[texel + 1] = this.data[texel];
      this.data[texel] = tiles.material[i];
      this.data[texel + 2] = clock >> 8;
      this.data[texel + 3] = clock & 255;
      this.changing.push({ place, at: seconds });
    });
    if (settled || tiles.index.length) this.upload();
  }

  /** Material now, material before, and clock of the change of a tile. */
  read(place: number): [material: number, before: number, clock: number] {
    const [material, before, high, low] = this.data.subarray(4 * place, 4 * place + 4);
    return [material, before, 256 * (high % FOG) + low];
  }

  /** Forgets old changes, before the clock comes round and would play them again. */
  private settle(seconds: number): boolean {
    const old = this.changing.filter(({ at }) => seconds - at >= SETTLED);
    this.changing = this.changing.filter(({ at }) => seconds - at < SETTLED);
    const busy = new Set(this.changing.map(({ place }) => place));
    for (const { place } of old) if (!busy.has(place)) this.data[4 * place + 1] = this.data[4 * place];
    return old.length > 0;
  }

  private upload(): void {
    this.texture.needsUpdate = true;
  }
}
