/** The link to a moment: what is seen now, as an address. */

import type { AppState } from "../store";

/**
 * The address that shows the same tick (where the source can seek), agent and overlay. The access token is left out:
 * a link is passed on, and whoever may watch has a token already.
 */
export function momentUrl(address: string, state: Pick<AppState, "welcome" | "tick" | "selected" | "overlay">): string {
  const url = new URL(address);
  const query = new URLSearchParams();
  if (state.welcome?.abilities.seek) query.set("tick", String(state.tick));
  if (state.selected !== null) query.set("agent", String(state.selected));
  if (state.overlay.name !== null) {
    query.set("overlay", state.overlay.name);
    query.set("population", String(state.overlay.population));
  }
  url.search = query.toString();
  url.hash = "";
  return url.href;
}
