/** Everyone in the picture as a texture: where they come from and go to in this tick, and what happens to them. */

import { DataTexture, FloatType, NearestFilter, RGBAFormat } from "three";
import { type Declared, OURS } from "../declared";
import type { Frame } from "../frame";
import { mostHealthOf } from "../health";
import { UNKNOWN } from "../names";
import { populationColour, rgb } from "../palette";
import type { Source } from "../protocol";
import { type Beast, Beasts } from "./beasts";
import { facing, outfitsOf, type Site } from "./outfits";
import { groundAt, type Relief } from "./relief";
import { walked } from "./timeline";

/** Texels an actor takes, and actors in a row of the texture. shaders/actors.glsl reads the same. */
export const TEXELS = 8;
export const PER_ROW = 128;

const STRIDE = TEXELS * 4;
const [FROM, TO, COLOUR, VITALS, ACTION, EXTRA, GEAR] = [0, 4, 8, 12, 16, 20, 24];

/** The last number of an actor's colour. */
export const State = { living: 0, newborn: 1, dying: 2 } as const;

/** What a frame is shown with, where its world has more than agents. */
export interface Setting {
  declared: Declared;
  /** Where work is done. */
  site: Site | null;
}

const PLAIN: Setting = { declared: OURS, site: null };
/** What stands for food and water of who has none. */
const NONE = -1;
/** Creatures stand aside of the middle of their tile, where agents stand [tiles]. */
const ASIDE = 0.3;

/** Half the room on a tile that agents share. */
const SPREAD = 0.27;

export class Actors {
  texture: DataTexture;
  /**
   * Actors in the texture: the living in the order of the frame, then those who died in this tick; behind them
   * creatures, those that are there and those that died.
   */
  count = 0;
  living = 0;
  readonly beasts = new Beasts();
  /** The row of the first creature. */
  private firstBeast = 0;
  private data: Float32Array<ArrayBuffer>;
  private rows = new Map<number, number>();
  private readonly colours = new Map<number, [number, number, number]>();

  constructor() {
    this.data = new Float32Array(PER_ROW * STRIDE);
    this.texture = makeTexture(this.data);
  }

  /** The place in the texture of a living or just dead agent; -1 if it is not there. */
  rowOf(id: number): number {
    return this.rows.get(id) ?? -1;
  }

  /**
   * Takes in a frame.
   *
   * @param alpha how far the picture had come when it arrived: everyone sets out from where they are seen.
   * @param jumped whether nobody moves on the way.
   */
  show(frame: Frame, relief: Relief, source: Source, alpha: number, jumped: boolean, setting = PLAIN): void {
    const before = { data: this.data, rows: this.rows };
    const deaths = jumped ? 0 : frame.deaths.id.length;
    this.living = frame.count;
    this.beasts.show(frame, setting.declared, jumped);
    const beasts = [...this.beasts.living, ...this.beasts.dead];
    this.firstBeast = frame.count + deaths;
    this.count = this.firstBeast + beasts.length;
    this.data = new Float32Array(Math.ceil(Math.max(this.count, 1) / PER_ROW) * PER_ROW * STRIDE);
    this.rows = new Map();
    frame.agents.id.forEach((id, i) => {
      this.rows.set(id, i);
    });
    frame.deaths.id.subarray(0, deaths).forEach((id, i) => {
      this.rows.set(id, frame.count + i);
    });
    beasts.forEach(({ id }, i) => {
      this.rows.set(id, this.firstBeast + i);
    });
    this.place(frame, relief, deaths);
    this.placeBeasts(beasts, relief);
    this.start(before.data, before.rows, walked(alpha), jumped);
    this.describe(frame, source, deaths, setting.declared);
    this.describeBeasts(beasts);
    this.equip(frame, setting);
    this.aim(frame);
    this.upload();
  }

  /** Where an actor is seen at a share of the tick, in coordinates of the scene. */
  position(row: number, alpha: number): [x: number, y: number, z: number] {
    return mixed(this.data, row * STRIDE, walked(alpha));
  }

  /** Calls back with where each actor stands at the end of the tick. */
  eachPlace(visit: (row: number, x: number, y: number, z: number) => void): void {
    for (let row = 0, at = TO; row < this.count; row++, at += STRIDE) {
      visit(row, this.data[at], this.data[at + 1], this.data[at + 2]);
    }
  }

  /** What an actor is: 0 an agent, else see creatures.ts. */
  speciesOf(row: number): number {
    return this.data[row * STRIDE + EXTRA + 3];
  }

  /** Whether an agent carries or does something that is drawn. */
  isEquipped(row: number): boolean {
    const at = row * STRIDE + GEAR;
    return this.data[at] + this.data[at + 1] + this.data[at + 2] > 0;
  }

  /** Rows and ids of all that live, creatures included. */
  *alive(): Generator<[row: number, id: number]> {
    for (const [id, row] of this.rows) if (this.isAlive(row)) yield [row, id];
  }

  /** Whether an actor lives on after the tick. */
  isAlive(row: number): boolean {
    return this.data[row * STRIDE + COLOUR + 3] !== State.dying;
  }

  /** The health that an actor has lost in the tick. */
  damageOf(row: number): number {
    return this.data[row * STRIDE + VITALS + 3];
  }

  /** Hides all but those whom `keep` names, or nobody. */
  hide(keep: ((id: number) => boolean) | null): void {
    for (const [id, row] of this.rows) this.data[row * STRIDE + EXTRA + 1] = keep && !keep(id) ? 1 : 0;
    this.texture.needsUpdate = true;
  }

  /** Where everyone stands at the end of the tick. Those who share a tile stand around its middle. */
  private place(frame: Frame, relief: Relief, deaths: number): void {
    const { agents, deaths: dead, side } = frame;
    const crowd = new Map<number, number>();
    const tile = (i: number) => agents.row[i] * side + agents.col[i];
    for (let i = 0; i < frame.count; i++) crowd.set(tile(i), (crowd.get(tile(i)) ?? 0) + 1);
    const taken = new Map<number, number>();
    for (let i = 0; i < frame.count; i++) {
      const nth = taken.get(tile(i)) ?? 0;
      taken.set(tile(i), nth + 1);
      const [x, z] = spot(agents.row[i], agents.col[i], nth, crowd.get(tile(i)) ?? 1);
      put(this.data, i * STRIDE + TO, x, groundAt(relief, x, z), z, 0);
    }
    for (let k = 0; k < deaths; k++) {
      const [x, z] = spot(dead.row[k], dead.col[k], 0, 1);
      put(this.data, (frame.count + k) * STRIDE + TO, x, groundAt(relief, x, z), z, 0);
    }
  }

  private placeBeasts(beasts: readonly Beast[], relief: Relief): void {
    beasts.forEach(({ id, row, col }, i) => {
      const angle = startHeading(id) * 3;
      const [x, z] = [col + 0.5 + ASIDE * Math.sin(angle), row + 0.5 + ASIDE * Math.cos(angle)];
      put(this.data, (this.firstBeast + i) * STRIDE + TO, x, groundAt(relief, x, z), z, 0);
    });
  }

  /** Where everyone sets out from, and which way they looked and look. */
  private start(old: Float32Array, oldRows: Map<number, number>, share: number, jumped: boolean): void {
    for (const [id, row] of this.rows) {
      const at = row * STRIDE;
      const [x, y, z] = [this.data[at + TO], this.data[at + TO + 1], this.data[at + TO + 2]];
      const was = oldRows.get(id);
      if (was === undefined || jumped) {
        const heading = was === undefined ? startHeading(id) : old[was * STRIDE + TO + 3];
        put(this.data, at + FROM, x, y, z, heading);
        this.data[at + TO + 3] = heading;
        continue;
      }
      const [fx, fy, fz] = mixed(old, was * STRIDE, share);
      const looked = old[was * STRIDE + TO + 3];
      const far = Math.hypot(x - fx, z - fz);
      put(this.data, at + FROM, fx, fy, fz, looked);
      this.data[at + TO + 3] = far > 0.4 ? near(looked, Math.atan2(x - fx, z - fz)) : looked;
    }
  }

  private describe(frame: Frame, source: Source, deaths: number, declared: Declared): void {
    const { agents, deaths: dead, count } = frame;
    const { food, water } = source.vitals;
    const health = mostHealthOf(agents, declared, source);
    for (let i = 0; i < count; i++) {
      const at = i * STRIDE;
      const newborn = agents.move[i] === UNKNOWN && agents.age[i] === 0;
      put(this.data, at + COLOUR, ...this.colour(agents.population[i]), newborn ? State.newborn : State.living);
      const [fed, watered] = [agents.food[i] / food, agents.water[i] / water];
      put(this.data, at + VITALS, agents.health[i] / health(i).most, fed, watered, agents.damage[i]);
      put(this.data, at + ACTION, -1, 0, agents.freeze[i], (agents.id[i] * 0.61803) % 1);
      this.data[at + EXTRA] = agents.age[i];
    }
    for (let k = 0; k < deaths; k++) {
      const at = (count + k) * STRIDE;
      put(this.data, at + COLOUR, ...this.colour(dead.population[k]), State.dying);
      put(this.data, at + ACTION, -1, 0, 0, (dead.id[k] * 0.61803) % 1);
      this.data[at + EXTRA + 2] = dead.cause[k];
    }
  }

  private describeBeasts(beasts: readonly Beast[]): void {
    beasts.forEach((beast, i) => {
      const at = (this.firstBeast + i) * STRIDE;
      const dead = i >= this.beasts.living.length;
      const state = dead ? State.dying : beast.age === 0 ? State.newborn : State.living;
      put(this.data, at + COLOUR, ...linear(beast.colour), state);
      put(this.data, at + VITALS, dead ? 0 : this.beasts.health(beast), NONE, NONE, dead ? beast.health : beast.damage);
      put(this.data, at + ACTION, -1, 0, dead ? 0 : beast.freeze, (beast.id * 0.61803) % 1);
      put(this.data, at + EXTRA, beast.age, 0, 0, beast.species);
    });
  }

  /** What agents carry and do; who is at work looks at it. */
  private equip(frame: Frame, { declared, site }: Setting): void {
    const outfit = outfitsOf(frame, declared);
    const { agents } = frame;
    for (let i = 0; outfit && i < frame.count; i++) {
      const { weapon, armour, work } = outfit(i);
      put(this.data, i * STRIDE + GEAR, weapon, armour, work, agents.style[i]);
      const heading = site ? facing(work, agents.row[i], agents.col[i], site) : null;
      if (heading !== null) this.data[i * STRIDE + TO + 3] = near(this.data[i * STRIDE + TO + 3], heading);
    }
  }

  /** Turns attackers to whom they strike. */
  private aim({ attacks }: Frame): void {
    attacks.attacker.forEach((id, i) => {
      const [from, to] = [this.rowOf(id), this.rowOf(attacks.target[i])];
      if (from < 0 || to < 0) return;
      const [a, b] = [from * STRIDE, to * STRIDE];
      const [dx, dz] = [this.data[b + TO] - this.data[a + TO], this.data[b + TO + 2] - this.data[a + TO + 2]];
      const heading = this.data[a + TO + 3];
      const direction = Math.abs(dx) + Math.abs(dz) < 1e-3 ? heading : near(heading, Math.atan2(dx, dz));
      this.data[a + ACTION] = attacks.style[i];
      this.data[a + ACTION + 1] = direction;
    });
  }

  private colour(population: number): [number, number, number] {
    let colour = this.colours.get(population);
    if (!colour) {
      colour = linear(populationColour(population));
      this.colours.set(population, colour);
    }
    return colour;
  }

  private upload(): void {
    const { image } = this.texture;
    if (image.data?.length !== this.data.length) {
      this.texture.dispose();
      this.texture = makeTexture(this.data);
    } else {
      image.data = this.data;
    }
    this.texture.needsUpdate = true;
  }
}

function linear(colour: string): [number, number, number] {
  return rgb(colour).map((c) => c ** 2.2) as [number, number, number];
}

function put(data: Float32Array, at: number, a: number, b: number, c: number, d: number): void {
  data[at] = a;
  data[at + 1] = b;
  data[at + 2] = c;
  data[at + 3] = d;
}

function makeTexture(data: Float32Array<ArrayBuffer>): DataTexture {
  const height = data.length / (PER_ROW * STRIDE);
  const texture = new DataTexture(data, PER_ROW * TEXELS, height, RGBAFormat, FloatType);
  texture.magFilter = texture.minFilter = NearestFilter;
  return texture;
}

function mixed(data: Float32Array, at: number, share: number): [number, number, number] {
  const along = (axis: number) => data[at + FROM + axis] + (data[at + TO + axis] - data[at + FROM + axis]) * share;
  return [along(0), along(1), along(2)];
}

/** Where the nth of a crowd stands on its tile: one in the middle, more on a ring, many on two. */
export function spot(row: number, col: number, nth: number, crowd: number): [x: number, z: number] {
  if (crowd === 1) return [col + 0.5, row + 0.5];
  const outer = Math.min(crowd, 6);
  const inner = nth >= outer;
  const [place, places] = inner ? [nth - outer, crowd - outer] : [nth, outer];
  const angle = ((place + (inner ? 0.5 : 0)) / places) * 2 * Math.PI + 0.6;
  const radius = inner ? SPREAD * 0.45 : SPREAD;
  return [col + 0.5 + radius * Math.sin(angle), row + 0.5 + radius * Math.cos(angle)];
}

/** The same direction as `heading`, as few turns away from `from` as possible. */
export function near(from: number, heading: number): number {
  return heading + 2 * Math.PI * Math.round((from - heading) / (2 * Math.PI));
}

/** Newborns look in different directions, each always in the same. */
function startHeading(id: number): number {
  return ((id * 2.39996) % (2 * Math.PI)) - Math.PI;
}
