/** What the page of a world shares with the page that shows it beside others. */

import type { Store } from "./store";
import type { Commands } from "./ui/commands/commands";

/** The parts of a world's page that those beside it have in common. */
export interface Neighbour {
  store: Store;
  commands: Commands;
}

declare global {
  interface Window {
    /** Of the page of a comparison: takes in the page of a world, which has just been built. */
    takeIn?: (neighbour: Neighbour, frame: Element) => void;
  }
}

/** Tells the page around this one, if that is of the same server, what they share. */
export function standBeside(neighbour: Neighbour): void {
  const { frameElement } = window; // null where the page around is another's
  if (frameElement) window.parent.takeIn?.(neighbour, frameElement);
}
