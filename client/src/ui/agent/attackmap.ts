/** Attack maps: for each style, how likely the agent strikes someone who stands at each place around it. */

import { cssGradient, mapColour } from "../../colormap";
import { STYLES } from "../../names";
import type { AgentReport } from "../../protocol";
import { el, setAttributes, setText, svg } from "../parts/dom";
import { bearing, capital, percent } from "../parts/format";

type Maps = NonNullable<AgentReport["attacks"]>;

const CELL = 10;
const REST = "Point at a square: the chance that it strikes who stands there.";

/** The highest number in the maps; 0 if they are empty. */
export function highest(maps: Maps): number {
  return Math.max(0, ...maps.flat(2).filter((value) => value !== null));
}

export function createAttackMap(): { element: HTMLElement; show(maps: Maps, reach: readonly number[]): void } {
  const row = el("div", { class: "attack-maps" });
  const low = el("span", {}, "0 %");
  const high = el("span", {});
  const scale = el("div", { class: "scale thin" });
  scale.style.background = cssGradient(false);
  const readout = el("p", { class: "faint readout" }, REST);
  const element = el("div", { class: "attacks" }, row, el("div", { class: "scale-line" }, low, scale, high), readout);
  let cells: SVGRectElement[][][] = [];
  let shown: Maps = [];

  const read = (style: number, r: number, c: number) => {
    const half = (shown[style].length - 1) / 2;
    const value = shown[style][r][c];
    const where = bearing(r - half, c - half);
    setText(readout, `${capital(STYLES[style])} at ${where}: ${value === null ? "not known" : percent(value)}`);
  };
  row.addEventListener("pointerleave", () => setText(readout, REST));
  const build = (maps: Maps, reach: readonly number[]) => {
    cells = maps.map((map, style) => map.map((line, r) => line.map((_, c) => cell(r, c, () => read(style, r, c)))));
    row.replaceChildren(...maps.map((map, style) => figure(style, map.length, cells[style], reach[style] ?? 0)));
  };
  return {
    element,
    show(maps, reach) {
      if (maps.length !== shown.length || maps[0]?.length !== shown[0]?.length) build(maps, reach);
      shown = maps;
      const top = highest(maps);
      setText(high, percent(top));
      maps.forEach((map, style) => {
        map.forEach((line, r) => {
          line.forEach((value, c) => {
            const colour = value === null ? "transparent" : `rgb(${mapColour(value / (top || 1), false).join(" ")})`;
            if (cells[style][r][c].style.fill !== colour) cells[style][r][c].style.fill = colour;
          });
        });
        const best = Math.max(0, ...map.flat().filter((value) => value !== null));
        const picture = row.children[style].querySelector("svg");
        if (picture) setAttributes(picture, { "aria-label": `${STYLES[style]}: at most ${percent(best)}` });
      });
    },
  };
}

function cell(row: number, col: number, read: () => void): SVGRectElement {
  const rect = svg("rect", { x: col * CELL + 0.5, y: row * CELL + 0.5, width: CELL - 1, height: CELL - 1, rx: 1 });
  rect.addEventListener("pointerenter", read);
  return rect;
}

/** One map: its squares, a frame around what the style reaches, and the agent in the middle. */
function figure(style: number, size: number, cells: SVGRectElement[][], reach: number): HTMLElement {
  const edge = size * CELL;
  const from = edge / 2 - (reach + 0.5) * CELL;
  const picture = svg(
    "svg",
    { viewBox: `0 0 ${edge} ${edge}`, role: "img" },
    ...cells.flat(),
    svg("rect", { class: "reach", x: from, y: from, width: (2 * reach + 1) * CELL, height: (2 * reach + 1) * CELL }),
    svg("circle", { class: "self", cx: edge / 2, cy: edge / 2, r: CELL * 0.28 }),
  );
  return el("figure", {}, picture, el("figcaption", {}, capital(STYLES[style])));
}
