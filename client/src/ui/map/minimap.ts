/** The map from straight above, with everyone on it, and what part of it the picture shows. */

import type { App } from "../../app";
import { speciesColour } from "../../creatures";
import { drawEmblem } from "../../emblems";
import { type AgentTable, columnOf, type Frame } from "../../frame";
import { populationColour } from "../../palette";
import type { World } from "../../world";
import type { Desk } from "../page/desk";
import { crisp, themed } from "../parts/canvas";
import { el } from "../parts/dom";
import { paced } from "../parts/schedule";
import { FOG, packedGround } from "./ground";
import { createLegend } from "./legend";

/** More agents than this are drawn less often, and without rims. */
const CROWD = 1000;
/** No more than this have emblems [px]; of more one would not see the shapes. */
const FEW = 160;
const EMBLEM_SIZE = 7.5;
/** Radius of a creature [px]. */
const CREATURE_SIZE = 1.9;

export function createMinimap({ store, world, scene, sight }: App, desk: Desk): HTMLElement {
  const canvas = el("canvas", {
    id: "minimap",
    class: "minimap",
    role: "img",
    "aria-label": "Map of the world. Click to go there.",
  });
  const ground = new Ground();

  const draw = () => {
    const { frame } = world;
    if (!desk.isOpen("map") || !frame) return;
    const paper = crisp(canvas);
    if (!paper) return;
    const { pen, width } = paper;
    const scale = width / frame.side;
    pen.imageSmoothingEnabled = scale < 1;
    pen.drawImage(ground.picture(), 0, 0, width, width);
    drawCreatures(pen, world, (row, col) => sight.sees(row, col), scale);
    drawAgents(pen, sight.agents() ?? frame.agents, scale);
    const { selected } = store.get();
    const row = world.rowOf(selected);
    if (selected !== null && sight.seesAgent(selected))
      drawRing(pen, frame.agents.row[row], frame.agents.col[row], scale);
    const { view } = store.get();
    if (view) drawView(pen, view.corners, scale);
  };
  const [often, seldom] = [paced(draw, 100), paced(draw, 250)];
  const redraw = () => ((world.frame?.count ?? 0) > CROWD ? seldom() : often());

  const legend = createLegend();
  world.onFrame((frame) => {
    if (frame.key) legend.show(world.declared);
    ground.take(frame, world);
    redraw();
  });
  store.watch((state) => state.view, redraw);
  store.watch((state) => state.selected, redraw);
  let pressed = false;
  const go = (event: PointerEvent) => {
    const scale = world.side / (canvas.clientWidth || 1);
    const inside = (x: number) => Math.min(Math.max(x * scale, 0), world.side - 1);
    if (world.side > 0) scene.focus(inside(event.offsetY), inside(event.offsetX));
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    pressed = true;
    go(event);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (pressed) go(event);
  });
  for (const end of ["pointerup", "pointercancel"] as const)
    canvas.addEventListener(end, () => {
      pressed = false;
    });
  return desk.panel({
    name: "map",
    title: "Map",
    body: [canvas, legend.element],
    opened: () => requestAnimationFrame(draw),
  });
}

/** The ground as a picture of one pixel a tile, kept up to date by what changes. */
class Ground {
  private readonly canvas = el("canvas");
  private image: ImageData | null = null;
  private pixels = new Uint32Array(0);
  private stale = true;

  take(frame: Frame, world: World): void {
    if (frame.key || !this.image || this.image.width !== frame.side) this.all(frame.side, world);
    else for (const place of frame.tiles.index) this.pixels[place] = packedTile(world, place);
    this.stale ||= frame.key || frame.tiles.index.length > 0;
  }

  picture(): HTMLCanvasElement {
    if (this.stale && this.image) {
      this.canvas.width = this.canvas.height = this.image.width;
      this.canvas.getContext("2d")?.putImageData(this.image, 0, 0);
      this.stale = false;
    }
    return this.canvas;
  }

  private all(side: number, world: World): void {
    this.image = new ImageData(side, side);
    this.pixels = new Uint32Array(this.image.data.buffer);
    for (let i = 0; i < world.plane.length; i++) this.pixels[i] = packedTile(world, i);
  }
}

function packedTile(world: World, place: number): number {
  return world.knows(place) ? packedGround(world.plane[place], world.declared) : FOG;
}

function drawAgents(pen: CanvasRenderingContext2D, agents: AgentTable, scale: number): void {
  const count = agents.id.length;
  const size = Math.max(scale, 2.4);
  const edge = (size - scale) / 2;
  const rim = 0.6;
  if (count <= FEW) {
    pen.lineWidth = 1;
    pen.strokeStyle = "rgb(0 0 0 / 0.55)";
    for (let i = 0; i < count; i++) {
      pen.fillStyle = populationColour(agents.population[i]);
      drawEmblem(pen, agents.population[i], (agents.col[i] + 0.5) * scale, (agents.row[i] + 0.5) * scale, EMBLEM_SIZE);
    }
    return;
  }
  pen.fillStyle = "rgb(0 0 0 / 0.55)";
  for (let i = 0; i < count && count <= CROWD; i++)
    pen.fillRect(
      agents.col[i] * scale - edge - rim,
      agents.row[i] * scale - edge - rim,
      size + 2 * rim,
      size + 2 * rim,
    );
  let last = -1;
  for (let i = 0; i < count; i++) {
    if (agents.population[i] !== last) {
      last = agents.population[i];
      pen.fillStyle = populationColour(last);
    }
    pen.fillRect(agents.col[i] * scale - edge, agents.row[i] * scale - edge, size, size);
  }
}

/** Creatures as dots with a dark rim, below the agents. */
function drawCreatures(
  pen: CanvasRenderingContext2D,
  { frame, declared }: World,
  seen: (row: number, col: number) => boolean,
  scale: number,
): void {
  const creatures = frame?.creatures;
  if (!creatures) return;
  const kinds = columnOf(creatures, "creature");
  pen.lineWidth = 1;
  pen.strokeStyle = "rgb(0 0 0 / 0.6)";
  creatures.id.forEach((_, i) => {
    if (!seen(creatures.row[i], creatures.col[i])) return;
    pen.beginPath();
    pen.arc((creatures.col[i] + 0.5) * scale, (creatures.row[i] + 0.5) * scale, CREATURE_SIZE, 0, 2 * Math.PI);
    pen.fillStyle = speciesColour(declared.species[Number(kinds?.[i])], declared.looks);
    pen.fill();
    pen.stroke();
  });
}

function drawRing(pen: CanvasRenderingContext2D, row: number, col: number, scale: number): void {
  pen.beginPath();
  pen.arc((col + 0.5) * scale, (row + 0.5) * scale, 6, 0, 2 * Math.PI);
  pen.lineWidth = 2;
  pen.strokeStyle = "#ffffff";
  pen.stroke();
  pen.lineWidth = 1;
  pen.strokeStyle = themed("--accent");
  pen.stroke();
}

function drawView(pen: CanvasRenderingContext2D, corners: readonly (readonly [number, number])[], scale: number): void {
  pen.beginPath();
  for (const [row, col] of corners) pen.lineTo(col * scale, row * scale);
  pen.closePath();
  pen.lineWidth = 3;
  pen.strokeStyle = "rgb(0 0 0 / 0.35)";
  pen.stroke();
  pen.lineWidth = 1.25;
  pen.strokeStyle = "#ffffff";
  pen.stroke();
}
