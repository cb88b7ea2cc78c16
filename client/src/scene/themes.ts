/** The light of day and of dusk. */

import { Color } from "three";
import type { Shared } from "./uniforms";

interface Light {
  sun: [number, number, number];
  sky: [number, number, number];
  earth: [number, number, number];
  top: string;
  bottom: string;
}

export const LIGHTS: Record<"dark" | "light", Light> = {
  dark: { sun: [1.16, 1.02, 0.84], sky: [0.3, 0.37, 0.5], earth: [0.2, 0.17, 0.16], top: "#26313f", bottom: "#0c1118" },
  light: {
    sun: [1.3, 1.22, 1.06],
    sky: [0.46, 0.52, 0.6],
    earth: [0.3, 0.27, 0.24],
    top: "#f4f1ea",
    bottom: "#cfd9e2",
  },
};

export function setLight(
  shared: Shared,
  sky: { uTop: { value: Color }; uBottom: { value: Color } },
  theme: keyof typeof LIGHTS,
) {
  const { sun, sky: above, earth, top, bottom } = LIGHTS[theme];
  shared.uSunColour.value.setRGB(...sun);
  shared.uSkyColour.value.setRGB(...above);
  shared.uEarthColour.value.setRGB(...earth);
  sky.uTop.value = new Color(top);
  sky.uBottom.value = new Color(bottom);
}
