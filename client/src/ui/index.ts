/** The panels of the page. */

import type { App } from "../app";

/** Builds all panels into `root`. */
export function mountUi(_app: App, _root: HTMLElement): void {}
