/** The light of day and of dusk. */

import { Color } from "three";
import type { Shared } from "./uniforms";

interface Light {
  sun: [number, number, number];
  sky: [number, number, number];
  earth: [number, number, number];
  /** Colours of the sky above, and of the air at the horizon. */
  top: string;
  haze: string;
}

export const LIGHTS: Record<"dark" | "light", Light> = {
  dark: { sun: [1.16, 1.02, 0.84], sky: [0.3, 0.37, 0.5], earth: [0.2, 0.17, 0.16], top: "#0f1826", haze: "#46343a" },
  light: {
    sun: [1.3, 1.22, 1.06],
    sky: [0.46, 0.52, 0.6],
    earth: [0.3, 0.27, 0.24],
    top: "#86b4dc",
    haze: "#e8d9c8",
  },
};

export function setLight(shared: Shared, sky: { uTop: { value: Color } }, theme: keyof typeof LIGHTS) {
  const { sun, sky: above, earth, top, haze } = LIGHTS[theme];
  shared.uSunColour.value.setRGB(...sun);
  shared.uSkyColour.value.setRGB(...above);
  shared.uEarthColour.value.setRGB(...earth);
  sky.uTop.value = new Color(top);
  const { r, g, b } = new Color(haze);
  shared.uHaze.value.set(r, g, b, shared.uHaze.value.w);
}
