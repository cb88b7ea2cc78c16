/** What an agent sees: the ground around it and who stands there. */

import { drawEmblem } from "../../emblems";
import { populationColour } from "../../palette";
import type { Source } from "../../protocol";
import type { Agent, World } from "../../world";
import { packedGround } from "../map/ground";
import { crisp, themed } from "../parts/canvas";
import { el } from "../parts/dom";

const LAVA = 0;

export interface SightMap {
  element: HTMLCanvasElement;
  draw(world: World, agent: Agent, source: Source, seen: ReadonlySet<number>): void;
}

/** A window of the map centred on an agent. Clicking somebody in it calls `choose`. */
export function createSightMap(choose: (id: number) => void): SightMap {
  const element = el("canvas", { class: "sight", role: "img", "aria-label": "What it sees" });
  const tiles = el("canvas");
  let drawn: { world: World; agent: Agent; sight: number } | null = null;

  element.addEventListener("click", ({ offsetX, offsetY }) => {
    if (!drawn?.world.frame) return;
    const { world, agent, sight } = drawn;
    const tile = element.clientWidth / (2 * sight + 1);
    const row = agent.row - sight + Math.floor(offsetY / tile);
    const col = agent.col - sight + Math.floor(offsetX / tile);
    const { agents } = drawn.world.frame;
    const there = agents.id.findIndex((_, i) => agents.row[i] === row && agents.col[i] === col);
    if (there >= 0) choose(world.frame?.agents.id[there] ?? agent.id);
  });
  return {
    element,
    draw(world, agent, { sight }, seen) {
      const paper = crisp(element);
      if (!paper) return;
      drawn = { world, agent, sight };
      const tile = paper.width / (2 * sight + 1);
      drawGround(paper.pen, tiles, world, agent, sight, paper.width);
      drawSeen(paper.pen, world, agent, sight, tile, seen);
    },
  };
}

/** Draws the tiles, one pixel each, and those enlarged: tiles of broken width would show seams. */
function drawGround(
  pen: CanvasRenderingContext2D,
  tiles: HTMLCanvasElement,
  world: World,
  agent: Agent,
  sight: number,
  width: number,
): void {
  const { side, plane, declared } = world;
  const size = 2 * sight + 1;
  const image = new ImageData(size, size);
  const pixels = new Uint32Array(image.data.buffer);
  for (let i = 0; i < pixels.length; i++) {
    const [row, col] = [agent.row - sight + Math.floor(i / size), agent.col - sight + (i % size)];
    const inside = row >= 0 && col >= 0 && row < side && col < side;
    pixels[i] = packedGround(inside ? plane[row * side + col] : LAVA, declared);
  }
  tiles.width = tiles.height = size;
  tiles.getContext("2d")?.putImageData(image, 0, 0);
  pen.imageSmoothingEnabled = false;
  pen.drawImage(tiles, 0, 0, width, width);
}

function drawSeen(
  pen: CanvasRenderingContext2D,
  world: World,
  own: Agent,
  sight: number,
  tile: number,
  seen: ReadonlySet<number>,
): void {
  for (const id of [...seen, own.id]) {
    const row = world.rowOf(id);
    if (row < 0 || !world.frame) continue;
    const { agents } = world.frame;
    const x = (agents.col[row] - own.col + sight + 0.5) * tile;
    const y = (agents.row[row] - own.row + sight + 0.5) * tile;
    pen.fillStyle = populationColour(agents.population[row]);
    pen.lineWidth = id === own.id ? 2 : 1;
    pen.strokeStyle = id === own.id ? themed("--accent") : "rgb(0 0 0 / 0.6)";
    drawEmblem(pen, agents.population[row], x, y, tile * 0.9);
  }
}
