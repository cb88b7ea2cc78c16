/** Overlays on the ground: a grid of numbers as a texture of places on a colour scale. */

import { DataTexture, NearestFilter, RGBAFormat, RGFormat, SRGBColorSpace, type Texture } from "three";
import { mapColour } from "../colormap";
import { gridPosition, type OverlayGrid } from "../grid";
import type { Shared } from "./uniforms";

const FADE = 350;

/** Two bytes a tile: its place on the scale, and whether there is anything to tell. */
export function gridBytes(grid: OverlayGrid): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(grid.values.length * 2);
  grid.values.forEach((value, i) => {
    const place = gridPosition(grid, value);
    if (Number.isNaN(place)) return;
    bytes[2 * i] = Math.round(255 * place);
    bytes[2 * i + 1] = 255;
  });
  return bytes;
}

export class Overlay {
  private goal = 0;
  private last = 0;
  private readonly scales: Record<"even" | "diverging", Texture> = { even: scale(false), diverging: scale(true) };

  constructor(private readonly shared: Shared) {}

  /** Shows a grid, or fades the last one out. */
  show(grid: OverlayGrid | null): void {
    this.goal = grid ? 1 : 0;
    if (!grid) return;
    this.shared.uOverlay.value.dispose();
    const texture = new DataTexture(gridBytes(grid), grid.cols, grid.rows, RGFormat);
    texture.magFilter = texture.minFilter = NearestFilter;
    texture.unpackAlignment = 1;
    texture.needsUpdate = true;
    this.shared.uOverlay.value = texture;
    this.shared.uColours.value = this.scales[grid.diverging ? "diverging" : "even"];
    this.shared.uOverlayBox.value = [...grid.origin, grid.rows, grid.cols];
  }

  /** @param calm whether it is there, or gone, at once. */
  update(now: number, calm: boolean): void {
    const step = calm ? 1 : Math.min(now - this.last, 100) / FADE;
    this.last = now;
    const share = this.shared.uOverlayShare;
    share.value += Math.min(Math.max(this.goal - share.value, -step), step);
  }
}

function scale(diverging: boolean): Texture {
  const bytes = new Uint8Array(256 * 4);
  for (let i = 0; i < 256; i++) bytes.set([...mapColour(i / 255, diverging), 255], 4 * i);
  const texture = new DataTexture(bytes, 256, 1, RGBAFormat);
  texture.colorSpace = SRGBColorSpace;
  texture.needsUpdate = true;
  return texture;
}
