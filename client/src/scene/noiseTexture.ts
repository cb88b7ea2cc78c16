/** Noise for the shaders: four tables side by side in the colours of one texture that repeats. */

import {
  DataTexture,
  LinearFilter,
  LinearMipmapLinearFilter,
  LinearMipmapNearestFilter,
  RepeatWrapping,
  RGBAFormat,
} from "three";
import { NOISE_SIZE, noiseTable } from "./noise";

/** @param plain whether it is read from one size of the texture, which takes half as long as from two. */
export function noiseTexture(plain: boolean): DataTexture {
  const bytes = new Uint8Array(NOISE_SIZE * NOISE_SIZE * 4);
  for (let channel = 0; channel < 4; channel++) {
    noiseTable(101 + channel, 8, 5).forEach((value, i) => {
      bytes[4 * i + channel] = Math.round(255 * value);
    });
  }
  const texture = new DataTexture(bytes, NOISE_SIZE, NOISE_SIZE, RGBAFormat);
  texture.wrapS = texture.wrapT = RepeatWrapping;
  texture.magFilter = LinearFilter;
  texture.minFilter = plain ? LinearMipmapNearestFilter : LinearMipmapLinearFilter;
  texture.generateMipmaps = true;
  texture.needsUpdate = true;
  return texture;
}
