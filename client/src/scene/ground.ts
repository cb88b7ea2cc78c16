/** Colours of the ground, by material. */

import { Color, DataTexture, NearestFilter, RGBAFormat, SRGBColorSpace } from "three";
import { BUILT, type Declared } from "../declared";
import { rgb } from "../palette";

/**
 * Two shades that are mixed close by, of water and lava those of their beds; and what a tile is from far above, trees
 * and all. farMap.ts paints with the latter.
 */
export const GROUND: readonly { low: string; high: string; far: string }[] = [
  { low: "#261414", high: "#42201a", far: "#562218" }, // lava
  { low: "#b0a074", high: "#d6c89c", far: "#3a96be" }, // water
  { low: "#688b4a", high: "#96b162", far: "#84a258" }, // grass
  { low: "#7e6e46", high: "#b09c68", far: "#9c8a5a" }, // scrub
  { low: "#426436", high: "#608446", far: "#3a6a3c" }, // forest
  { low: "#747276", high: "#aca8a2", far: "#969290" }, // stone
  { low: "#564e68", high: "#867a98", far: "#736885" }, // orerock
];

/** The ground below what is built on it. */
const TRODDEN = "#8a7a58";

/** The colours of materials that are not ours, at the places of their numbers. */
export function furtherColours({ materials, further }: Declared): DataTexture {
  const data = new Uint8Array(4 * materials.length);
  further.forEach(({ name, colour }, i) => {
    data.set(
      [...rgb(BUILT.includes(name) ? TRODDEN : colour).map((part) => Math.round(255 * part)), 255],
      4 * (GROUND.length + i),
    );
  });
  const texture = new DataTexture(data, materials.length, 1, RGBAFormat);
  texture.colorSpace = SRGBColorSpace;
  texture.magFilter = texture.minFilter = NearestFilter;
  texture.needsUpdate = true;
  return texture;
}

/** The shades close by as uniforms of the shader. */
export function groundUniforms() {
  const colours = (shade: "low" | "high") => ({ value: GROUND.map((each) => new Color(each[shade])) });
  return { uLow: colours("low"), uHigh: colours("high") };
}
