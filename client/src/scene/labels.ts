/** Texts above agents: names of those close by, and the damage that they take. One draw call for all letters. */

import { type Camera, type Mesh, PlaneGeometry, Vector3 } from "three";
import { emblemLetter } from "../emblems";
import type { Frame } from "../frame";
import { agentName } from "../names";
import { populationColour, rgb } from "../palette";
import type { Actors } from "./actors";
import { GlyphAtlas, glyphScale, layout } from "./glyphs";
import { fillInstances, instanced, instancedOf, makeMaterial } from "./material";
import fragment from "./shaders/label.frag?raw";
import vertex from "./shaders/label.vert?raw";
import type { Shared } from "./uniforms";

const MOST_NAMES = 60;
/** Names and damage are written where a tile takes as many pixels as this. */
const NAMES_FROM = 42;
const NAME_PIXELS = 12.5;
const DAMAGE_PIXELS = 17;
/** How far above the head a name stands, on top of the bars [px]. */
const NAME_RISE = 24;

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
      7,
    );
    (this.mesh.material as ReturnType<typeof makeMaterial>).depthTest = false;
  }

  /** Writes the names of those who are close, always those of `chosen`, and the damage of the tick. */
  write(frame: Frame, actors: Actors, camera: Camera, tilePixels: number, chosen: number[], all: boolean) {
    const close = all ? this.closest(actors, camera, tilePixels) : [];
    const rows = new Set([...chosen, ...close]);
    const texts: Text[] = [];
    for (const row of rows) if (row < frame.count) texts.push(named(frame, row));
    if (all)
      for (const row of close) if (row < frame.count && frame.agents.damage[row] > 0) texts.push(hurt(frame, row));
    this.fill(texts);
  }

  private closest(actors: Actors, camera: Camera, tilePixels: number): number[] {
    const eye = new Vector3().setFromMatrixPosition(camera.matrixWorld);
    const found: { row: number; distance: number }[] = [];
    for (let row = 0; row < actors.living; row++) {
      this.place.set(...actors.position(row, 1));
      const distance = this.place.distanceTo(eye);
      if (tilePixels / distance < NAMES_FROM) continue;
      this.place.project(camera);
      if (Math.max(Math.abs(this.place.x), Math.abs(this.place.y)) < 1.1) found.push({ row, distance });
    }
    found.sort((a, b) => a.distance - b.distance);
    return found.slice(0, MOST_NAMES).map(({ row }) => row);
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

function named({ agents }: Frame, row: number): Text {
  const population = agents.population[row];
  const colour = rgb(populationColour(population)).map((c) => (0.55 + 0.45 * c) ** 2.2) as [number, number, number];
  return { row, text: `${emblemLetter(population)} ${agentName(agents.id[row])}`, colour, damage: false };
}

function hurt({ agents }: Frame, row: number): Text {
  return { row, text: `−${agents.damage[row]}`, colour: [1, 0.22, 0.16], damage: true };
}
