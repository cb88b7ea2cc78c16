/** Numbers and textures that all materials share: one object for each, so that setting it once reaches every shader. */

import { Color, DataTexture, RedFormat, type Texture, Vector2, Vector3, Vector4 } from "three";
import { SUN } from "./relief";

function blank(): Texture {
  return new DataTexture(new Uint8Array(4), 1, 1);
}

export interface Shared {
  [name: string]: { value: unknown };
  /** Seconds since the page was opened; stands still where motion is not wanted. */
  uTime: { value: number };
  uClock: { value: number };
  /** Share of the tick that has passed. */
  uAlpha: { value: number };
  /** Pixels of the picture, and how many of them a tile takes at distance 1. */
  uViewport: { value: Vector2 };
  uTilePixels: { value: number };
  uPixelRatio: { value: number };
  uSun: { value: Vector3 };
  uSunColour: { value: Color };
  uSkyColour: { value: Color };
  uEarthColour: { value: Color };
  /** Colour of the air far away, and the distance from which it hides things [tiles]. */
  uHaze: { value: Vector4 };
  uNoise: { value: Texture };
  uTiles: { value: Texture };
  uFarMap: { value: Texture };
  /** Colours of materials that are not ours, by number. */
  uFurther: { value: Texture };
  uHeights: { value: Texture };
  uSurface: { value: Texture };
  uSide: { value: number };
  uSamples: { value: number };
  uActors: { value: Texture };
  uSelected: { value: number };
  uHovered: { value: number };
  uOverlay: { value: Texture };
  uColours: { value: Texture };
  /** Row, column, rows, columns of the overlay's grid. */
  uOverlayBox: { value: [number, number, number, number] };
  uOverlayShare: { value: number };
  /** Where the followed agent stands, and 1 while someone is followed. */
  uFocus: { value: Vector4 };
  /** Column, row and reach of what the played agent sees; reach below 0 is everything. */
  uSight: { value: Vector3 };
}

export function makeShared(): Shared {
  return {
    uTime: { value: 0 },
    uClock: { value: 0 },
    uAlpha: { value: 1 },
    uViewport: { value: new Vector2(1, 1) },
    uTilePixels: { value: 1 },
    uPixelRatio: { value: 1 },
    uSun: { value: new Vector3(...SUN).normalize() },
    uSunColour: { value: new Color() },
    uSkyColour: { value: new Color() },
    uEarthColour: { value: new Color() },
    uHaze: { value: new Vector4(0, 0, 0, 1) },
    uNoise: { value: blank() },
    uTiles: { value: blank() },
    uFarMap: { value: blank() },
    uFurther: { value: blank() },
    uHeights: { value: new DataTexture(new Float32Array(1), 1, 1, RedFormat) },
    uSurface: { value: blank() },
    uSide: { value: 1 },
    uSamples: { value: 1 },
    uActors: { value: blank() },
    uSelected: { value: -1 },
    uHovered: { value: -1 },
    uOverlay: { value: blank() },
    uColours: { value: blank() },
    uOverlayBox: { value: [0, 0, 1, 1] },
    uOverlayShare: { value: 0 },
    uFocus: { value: new Vector4() },
    uSight: { value: new Vector3(0, 0, -1) },
  };
}
