/** What the director shows, in a line below the picture. */

import type { App } from "../../app";
import { el, setText } from "../parts/dom";

export function createCaption({ store }: App): HTMLElement {
  const caption = el("p", { class: "caption", id: "caption", "aria-live": "polite", hidden: true });
  store.watch(
    (state) => state.caption,
    (line) => {
      setText(caption, line);
      caption.hidden = line === "";
    },
  );
  return caption;
}
