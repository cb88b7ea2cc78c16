/** The link to a moment: what is seen now, as an address. */

import type { AppState } from "../../store";
import type { Parameters } from "../../url";

export type Moment = Pick<AppState, "welcome" | "tick" | "selected" | "camera" | "overlay">;

/**
 * The address that shows the same tick (where the source can seek), agent, camera and overlay. The access token is
 * left out: a link is passed on, and whoever may watch has a token already. `panel` is a section that lies open.
 */
export function momentUrl(address: string, state: Moment, panel: Parameters["panel"] = null): string {
  const url = new URL(address);
  const query = new URLSearchParams();
  if (state.welcome?.abilities.seek) query.set("tick", String(state.tick));
  if (state.selected !== null) query.set("agent", String(state.selected));
  if (state.selected !== null && state.camera === "follow") query.set("follow", "1");
  if (state.overlay.name !== null) {
    query.set("overlay", state.overlay.name);
    query.set("population", String(state.overlay.population));
  }
  if (panel !== null) query.set("panel", panel);
  url.search = query.toString();
  url.hash = "";
  return url.href;
}
