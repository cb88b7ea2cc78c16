/** The bar at the top: what is watched, and how it goes. */

import type { App } from "../../app";
import { el, setText, svg } from "../parts/dom";
import { short, whole } from "../parts/format";
import { paced } from "../parts/schedule";

const KINDS = { live: "Live", replay: "Replay", training: "Training" } as const;

export function createTopbar({ store, world }: App, search: HTMLElement): HTMLElement {
  const title = el("span", { class: "title", id: "source-title" });
  const badge = el("span", { class: "badge", id: "source-kind", hidden: true });
  const tick = stat("tick", "Tick");
  const living = stat("living", "Alive");
  const rate = stat("rate", "Ticks/s");
  const viewers = stat("viewers", "Viewers");
  store.watch(
    (state) => state.welcome,
    (welcome) => {
      setText(title, welcome ? welcome.source.title : "");
      title.title = welcome ? `${welcome.source.title} · Neural MMO ${welcome.release}` : "";
      setText(badge, welcome ? KINDS[welcome.source.kind] : "");
      living.element.hidden = welcome?.abilities.fair ?? false; // nobody in a fair seat knows how many live
      badge.hidden = !welcome;
      badge.dataset.kind = welcome?.source.kind ?? "";
      document.title = welcome ? `${welcome.source.title} · Embyr` : "Embyr · Neural MMO";
    },
  );
  store.watch(
    (state) => state.server,
    (server) => {
      setText(rate.value, server ? short(server.rate) : "–");
      setText(viewers.value, server ? whole(server.viewers) : "–");
    },
  );
  const follow = paced(() => {
    setText(tick.value, whole(store.get().tick));
    setText(living.value, whole(world.frame?.count ?? 0));
  }, 100);
  world.onFrame(follow);
  return el(
    "header",
    { class: "top" },
    el("h1", { class: "brand" }, mark(), el("span", { class: "brand-name" }, "Embyr")),
    badge,
    title,
    search,
    el("div", { class: "stats" }, tick.element, living.element, rate.element, viewers.element),
  );
}

function stat(name: string, label: string): { element: HTMLElement; value: HTMLElement } {
  const value = el("span", { class: "stat-value", id: `stat-${name}` }, "–");
  return { value, element: el("span", { class: "stat", "data-stat": name }, el("small", {}, label), " ", value) };
}

/** An ember: a flame of three strokes over a spark. */
function mark(): SVGSVGElement {
  return svg(
    "svg",
    { viewBox: "0 0 20 20", class: "mark", "aria-hidden": "true" },
    svg("path", {
      d: "M10 1.5c.6 3.4 5.6 5.6 5.6 10.3a5.6 5.6 0 0 1-11.2 0c0-2.3 1.2-3.6 2.3-4.9.2 1.5.8 2.3 1.7 2.6C8 6.6 8.6 3.8 10 1.5z",
    }),
    svg("path", {
      class: "mark-core",
      d: "M10.1 9.8c.4 1.5 2.3 2.4 2.3 4.3a2.4 2.4 0 0 1-4.8 0c0-1.7 1.9-2.6 2.5-4.3z",
    }),
  );
}
