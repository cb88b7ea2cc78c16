/** The path of an agent over the ground, from where it was first seen to where it was last. */

import { drawEmblem } from "../../emblems";
import { populationColour } from "../../palette";
import type { LifeReport } from "../../society";
import type { World } from "../../world";
import { packedGround } from "../map/ground";
import { crisp, themed } from "../parts/canvas";
import { el } from "../parts/dom";

const LEAST = 16; // tiles that are shown in each direction
const MARGIN = 2;

/** The part of the map that a path lies in: a square that holds all of it, moved into the map where that has room. */
export function around(path: LifeReport["path"], side: number): { row: number; col: number; size: number } {
  const [rows, cols] = [path.map(([, row]) => row), path.map(([, , col]) => col)];
  const [top, left] = [Math.min(...rows) - MARGIN, Math.min(...cols) - MARGIN];
  const [high, wide] = [Math.max(...rows) + MARGIN + 1 - top, Math.max(...cols) + MARGIN + 1 - left];
  const size = Math.min(Math.max(high, wide, LEAST), side);
  const place = (first: number, length: number) =>
    Math.min(Math.max(first - Math.floor((size - length) / 2), 0), side - size);
  return { row: place(top, high), col: place(left, wide), size };
}

export function createPath(): { element: HTMLCanvasElement; draw(world: World, life: LifeReport): void } {
  const element = el("canvas", { class: "path", role: "img", "aria-label": "The path of its life" });
  const tiles = el("canvas");
  return {
    element,
    draw(world, { path, population }) {
      const paper = crisp(element);
      if (!paper || path.length === 0 || world.side === 0) return;
      const { pen, width } = paper;
      const { row, col, size } = around(path, world.side);
      drawGround(tiles, world, row, col, size);
      pen.imageSmoothingEnabled = false;
      pen.globalAlpha = 0.75;
      pen.drawImage(tiles, 0, 0, width, width);
      pen.globalAlpha = 1;
      const tile = width / size;
      const at = ([, r, c]: LifeReport["path"][number]): [number, number] => [
        (c - col + 0.5) * tile,
        (r - row + 0.5) * tile,
      ];
      pen.lineJoin = pen.lineCap = "round";
      for (const [line, colour] of [
        [4, "rgb(0 0 0 / 0.55)"],
        [2, populationColour(population)],
      ] as const) {
        pen.lineWidth = line;
        pen.strokeStyle = colour;
        pen.beginPath();
        for (const step of path) pen.lineTo(...at(step));
        pen.stroke();
      }
      pen.fillStyle = themed("--panel-solid");
      pen.beginPath();
      pen.arc(...at(path[0]), 3.5, 0, 2 * Math.PI);
      pen.fill();
      pen.stroke();
      pen.fillStyle = populationColour(population);
      pen.strokeStyle = "rgb(0 0 0 / 0.6)";
      pen.lineWidth = 1;
      const [x, y] = at(path[path.length - 1]);
      drawEmblem(pen, population, x, y, Math.max(10, tile * 0.9));
    },
  };
}

function drawGround(
  tiles: HTMLCanvasElement,
  { side, plane, declared }: World,
  row: number,
  col: number,
  size: number,
) {
  const image = new ImageData(size, size);
  const pixels = new Uint32Array(image.data.buffer);
  for (let i = 0; i < pixels.length; i++)
    pixels[i] = packedGround(plane[(row + Math.floor(i / size)) * side + col + (i % size)], declared);
  tiles.width = tiles.height = size;
  tiles.getContext("2d")?.putImageData(image, 0, 0);
}
