/** What the address of the page asks for, so that a moment can be shared by its link. */

import type { OverlayName } from "./protocol";

export interface Parameters {
  token: string | null;
  tick: number | null;
  agent: number | null;
  /** Whether the camera follows that agent. */
  follow: boolean;
  overlay: OverlayName | null;
  population: number | null;
  theme: "dark" | "light" | null;
  quality: "auto" | "low" | "medium" | "high" | null;
  /** The world, its title and the chart, large. */
  present: boolean;
  /** It stands beside others in the page of a comparison: a presentation that does not end. */
  beside: boolean;
  /** Whether the director holds the camera from the start, or never takes it by itself; null is when nobody is there. */
  director: boolean | null;
  /** A section that is to lie open, and in sight. */
  panel: (typeof PANELS)[number] | null;
  /** No panels: for video and pictures. */
  headless: boolean;
  /** Draws nothing but the pictures that are asked for, one by one. */
  still: boolean;
}

/** Sections that a link can open. */
export const PANELS = ["exchange", "fame"] as const;

export const OVERLAYS: readonly OverlayName[] = ["visits", "value", "dependency", "attacks", "trades", "wealth"];

/** Where the page's socket is: beside the page, whatever path a proxy serves it at. The token is looked at on the way. */
export function socketAddress(page: string, token: string | null = null): string {
  const address = new URL("ws", page);
  if (token !== null) address.searchParams.set("token", token);
  address.protocol = address.protocol.replace("http", "ws");
  return address.href;
}

/** Reads the part of an address behind the question mark; what makes no sense is left out. */
export function readParameters(search: string): Parameters {
  const query = new URLSearchParams(search);
  const number = (name: string) => {
    const text = query.get(name);
    return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null;
  };
  const choice = <T extends string>(name: string, allowed: readonly T[]): T | null =>
    allowed.find((value) => value === query.get(name)) ?? null;
  return {
    token: query.get("token"),
    tick: number("tick"),
    agent: number("agent"),
    follow: query.get("follow") === "1",
    overlay: choice("overlay", OVERLAYS),
    population: number("population"),
    theme: choice("theme", ["dark", "light"]),
    quality: choice("quality", ["auto", "low", "medium", "high"]),
    present: query.get("present") === "1",
    beside: query.get("beside") === "1",
    director: query.has("director") ? query.get("director") === "1" : null,
    panel: choice("panel", PANELS),
    headless: query.get("headless") === "1",
    still: query.get("still") === "1",
  };
}
