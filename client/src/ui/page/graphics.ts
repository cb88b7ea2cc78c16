/** What the page says where the browser draws no world: it never could, or the graphics were taken away. */

import type { Store } from "../../store";
import { el, setText, textButton } from "../parts/dom";

const WORDS = {
  missing: [
    "This browser draws no WebGL 2",
    "Embyr draws the world with it. Switch on hardware acceleration in the settings of the browser, update it or the driver of " +
      "the graphics card, or open this address in another browser or on another machine.",
  ],
  lost: [
    "The graphics were lost",
    "The browser took WebGL away from this page, as it does when memory is short, the driver starts anew, or a machine " +
      "wakes up. The world goes on, and the picture mostly comes back by itself. If it does not, close other tabs and reload the page.",
  ],
} as const;

/** A card over the place of the world. */
export function createGraphicsNotice(store: Store, canvas: HTMLCanvasElement): HTMLElement {
  const title = el("h2", {});
  const advice = el("p", {});
  const reload = textButton("Reload the page", () => location.reload(), "primary");
  const element = el(
    "div",
    { id: "graphics", class: "connection", "data-status": "refused" },
    el("div", { class: "card", role: "alert" }, title, advice, reload),
  );
  canvas.addEventListener("webglcontextlost", () => store.set({ graphics: "lost" }));
  canvas.addEventListener("webglcontextrestored", () => store.set({ graphics: "drawn" }));
  store.watch(
    (state) => state.graphics,
    (graphics) => {
      element.hidden = graphics === "drawn";
      if (graphics === "drawn") return;
      setText(title, WORDS[graphics][0]);
      setText(advice, WORDS[graphics][1]);
    },
  );
  return element;
}
