/** Texts above agents: names of those close by, and the damage that they take. One draw call for all letters. */

import { type Mesh, type PerspectiveCamera, PlaneGeometry, Vector3 } from "three";
import { emblemLetter } from "../emblems";
import type { Frame } from "../frame";
import { agentName } from "../names";
import { populationColour, rgb } from "../palette";
import type { Actors } from "./actors";
import { type Box, type Candidate, declutter, type Named } from "./declutter";
import { GlyphAtlas, glyphScale, layout } from "./glyphs";
import { fillInstances, instanced, instancedOf, makeMaterial, Order } from "./material";
import { figureScale } from "./picking";
import fragment from "./shaders/label.frag?raw";
import vertex from "./shaders/label.vert?raw";
import type { Shared } from "./uniforms";

const MOST_NAMES = 60;
/** Of so many the names are tried; those further away would find no room. */
const MOST_TRIED = 240;
/** Names and damage are written where a tile takes as many pixels as this. */
const NAMES_FROM = 42;
const NAME_PIXELS = 12.5;
const DAMAGE_PIXELS = 17;
/** How far above the head a name stands, on top of the bars [px]. */
const NAME_RISE = 24;
const HEAD = 1.28;

interface Text {
  row: number;
  text: string;
  colour: [number, number, number];
  damage: boolean;
}

export class Labels {
  readonly mesh: Mesh;
  private readonly geometry = instancedOf(new PlaneGeometry(1, 1));
  private readonly atlas = new GlyphAtlas();
  private readonly own = { uGlyphs: { value: this.atlas.texture }, uAtlas: { value: this.atlas.size } };
  private readonly place = new Vector3();

  constructor(shared: Shared) {
    this.mesh = instanced(
      this.geometry,
      makeMaterial(shared, { vertex, fragment, own: this.own, actors: true, blend: true }),
      Order.labels,
    );
    (this.mesh.material as ReturnType<typeof makeMaterial>).depthTest = false;
  }

  /** Writes the names of those who are close, always those of `chosen`, and the damage of the tick. */
  write(frame: Frame, actors: Actors, camera: PerspectiveCamera, tilePixels: number, chosen: number[], all: boolean) {
    const near = all ? this.closest(actors, camera, tilePixels) : [];
    const close = near.filter((row) => row < frame.count);
    const rows = [...new Set([...chosen.filter((row) => row < frame.count), ...close])];
    const { row: rowAt, col } = frame.agents;
    const tile = (row: number) => rowAt[row] * frame.side + col[row];
    const crowds = new Map<number, number>();
    for (let row = 0; row < frame.count && rows.length > 0; row++)
      crowds.set(tile(row), (crowds.get(tile(row)) ?? 0) + 1);
    const candidates = rows.map((row): Candidate => ({ row, tile: tile(row), chosen: chosen.includes(row) }));
    const box = (one: Named) => this.box(named(frame, one).text, actors.position(one.row, 1), camera, tilePixels);
    const names = declutter(candidates, (at) => crowds.get(at) ?? 1, box).slice(0, MOST_NAMES);
    const hurtRows = near.slice(0, MOST_NAMES).filter((row) => actors.damageOf(row) > 0);
    this.fill([...names.map((one) => named(frame, one)), ...hurtRows.map((row) => hurt(row, actors.damageOf(row)))]);
  }

  /** Where a name above a foot is seen [CSS px]. */
  private box(text: string, foot: readonly number[], camera: PerspectiveCamera, tilePixels: number): Box | null {
    const height = tilePixels * 2 * Math.tan((camera.fov * Math.PI) / 360);
    const [x, y, z] = foot;
    const distance = this.place.set(x, y, z).distanceTo(camera.position);
    this.place.set(x, y + HEAD * figureScale(tilePixels / distance), z).project(camera);
    if (this.place.z > 1) return null;
    this.atlas.need([text]);
    const width = [...text].reduce((sum, letter) => sum + (this.atlas.glyph(letter)?.advance ?? 0), 0);
    return {
      x: ((this.place.x + 1) / 2) * height * camera.aspect,
      y: ((1 - this.place.y) / 2) * height - NAME_RISE,
      width: width * glyphScale(NAME_PIXELS) + 6,
      height: NAME_PIXELS + 4,
    };
  }

  private closest(actors: Actors, camera: PerspectiveCamera, tilePixels: number): number[] {
    const eye = new Vector3().setFromMatrixPosition(camera.matrixWorld);
    const found: { row: number; distance: number }[] = [];
    for (const [row] of actors.alive()) {
      this.place.set(...actors.position(row, 1));
      const distance = this.place.distanceTo(eye);
      if (tilePixels / distance < NAMES_FROM) continue;
      this.place.project(camera);
      if (Math.max(Math.abs(this.place.x), Math.abs(this.place.y)) < 1.1) found.push({ row, distance });
    }
    found.sort((a, b) => a.distance - b.distance);
    return found.slice(0, MOST_TRIED).map(({ row }) => row);
  }

  private fill(texts: Text[]): void {
    this.atlas.need(texts.map(({ text }) => text));
    this.own.uAtlas.value = this.atlas.size;
    const columns = { aGlyph: [] as number[], aPlace: [] as number[], aInk: [] as number[] };
    for (const { row, text, colour, damage } of texts) {
      const scale = glyphScale(damage ? DAMAGE_PIXELS : NAME_PIXELS);
      for (const { glyph, x } of layout(text, (letter) => this.atlas.glyph(letter))) {
        columns.aGlyph.push(glyph.left, glyph.top, glyph.width, glyph.height);
        columns.aPlace.push(row, x * scale - 0.5 * glyph.width * scale, damage ? 4 : NAME_RISE - 8, scale);
        columns.aInk.push(...colour, Number(damage));
      }
    }
    fillInstances(this.geometry, columns, 4);
    this.mesh.visible = columns.aInk.length > 0;
  }
}

function named({ agents }: Frame, { row, others }: Named): Text {
  const population = agents.population[row];
  const colour = rgb(populationColour(population)).map((c) => (0.55 + 0.45 * c) ** 2.2) as [number, number, number];
  return {
    row,
    text: `${emblemLetter(population)} ${agentName(agents.id[row])}${others > 0 ? `  +${others}` : ""}`,
    colour,
    damage: false,
  };
}

function hurt(row: number, damage: number): Text {
  return { row, text: `−${damage}`, colour: [1, 0.22, 0.16], damage: true };
}
