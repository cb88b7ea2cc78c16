/**
 * Agents as figures: a hooded wanderer of our own, whose parts the shader moves, with what it wears and holds, and a
 * shadow and rings under it; creatures likewise; from afar, points of light.
 */

import {
  type BufferGeometry,
  CapsuleGeometry,
  DoubleSide,
  Float32BufferAttribute,
  Group,
  LatheGeometry,
  PlaneGeometry,
  SphereGeometry,
  Vector2,
} from "three";
import { mergeGeometries } from "three/addons/utils/BufferGeometryUtils.js";
import { Crowd } from "./crowd";
import { kit } from "./kit";
import { makeMaterial, Order } from "./material";
import { shapes } from "./menagerie";
import type { Muster } from "./muster";
import barFragment from "./shaders/bar.frag?raw";
import barVertex from "./shaders/bar.vert?raw";
import creatureFragment from "./shaders/creature.frag?raw";
import creatureVertex from "./shaders/creature.vert?raw";
import dotFragment from "./shaders/dot.frag?raw";
import dotVertex from "./shaders/dot.vert?raw";
import figureFragment from "./shaders/figure.frag?raw";
import figureVertex from "./shaders/figure.vert?raw";
import gearFragment from "./shaders/gear.frag?raw";
import markFragment from "./shaders/mark.frag?raw";
import markVertex from "./shaders/mark.vert?raw";
import turns from "./shaders/turns.glsl?raw";
import type { Shared } from "./uniforms";

/** What a part is; the shaders have the same numbers. */
const Part = { body: 0, head: 1, leftArm: 2, rightArm: 3, leftFoot: 4, rightFoot: 5 } as const;

/** From this many pixels a tile on, bars are drawn above everyone. */
const BARS_FROM = 24;
const NO_BARS = 1e9;

export class Figures {
  readonly group = new Group();
  private readonly fine: Crowd;
  private readonly coarse: Crowd;
  private readonly marks: Crowd;
  private readonly bars: Crowd;
  private readonly gear: Crowd;
  /** By the numbers of creatures.ts, from 1 on. */
  private readonly creatures: readonly Crowd[];
  private readonly dots: Crowd;
  private readonly own = { uBarsFrom: { value: BARS_FROM } };

  constructor(shared: Shared) {
    const moved = `${turns}\n${figureVertex}`;
    const figure = makeMaterial(shared, { vertex: moved, fragment: figureFragment, actors: true });
    const gear = makeMaterial(shared, { vertex: `#define GEAR\n${moved}`, fragment: gearFragment, actors: true });
    gear.side = DoubleSide; // a line is flat
    const creature = makeMaterial(shared, {
      vertex: `${turns}\n${creatureVertex}`,
      fragment: creatureFragment,
      actors: true,
    });
    const mark = makeMaterial(shared, { vertex: markVertex, fragment: markFragment, actors: true, blend: true });
    const dot = makeMaterial(shared, { vertex: dotVertex, fragment: dotFragment, actors: true, blend: true });
    const bar = makeMaterial(shared, {
      vertex: barVertex,
      fragment: barFragment,
      own: this.own,
      actors: true,
      blend: true,
    });
    this.fine = new Crowd(wanderer(14, 9), figure, Order.figures);
    this.coarse = new Crowd(wanderer(6, 4), figure, Order.figures);
    this.marks = new Crowd(new PlaneGeometry(1, 1).rotateX(-Math.PI / 2), mark, Order.marks);
    this.bars = new Crowd(new PlaneGeometry(1, 1), bar, Order.bars);
    this.dots = new Crowd(new PlaneGeometry(1, 1), dot, Order.dots);
    this.gear = new Crowd(kit(), gear, Order.figures);
    this.creatures = shapes().map((shape) => new Crowd(shape, creature, Order.figures));
    const crowds = [this.fine, this.coarse, this.gear, ...this.creatures, this.marks, this.bars, this.dots];
    this.group.add(...crowds.map(({ mesh }) => mesh));
  }

  /** Whether all have bars, who are close enough. */
  set labels(all: boolean) {
    this.own.uBarsFrom.value = all ? BARS_FROM : NO_BARS;
  }

  /** Draws those who are in the picture. */
  update({ rows, fine, coarse, seen, dots, equipped, beasts }: Muster): void {
    this.fine.show(rows.fine, fine);
    this.coarse.show(rows.coarse, coarse);
    this.marks.show(rows.seen, seen);
    this.bars.show(rows.seen, seen);
    this.dots.show(rows.dots, dots);
    this.gear.show(rows.equipped, equipped);
    this.creatures.forEach((crowd, i) => {
      crowd.show(rows.beasts[i + 1], beasts[i + 1] ?? 0);
    });
  }
}

/** A figure about 0.95 high that looks south, with `round` points around it and `tall` along it. */
function wanderer(round: number, tall: number): BufferGeometry {
  const outline = [
    [0.25, 0.05],
    [0.25, 0.1],
    [0.215, 0.22],
    [0.175, 0.4],
    [0.15, 0.52],
    [0.095, 0.62],
    [0.0, 0.66],
  ].map(([r, y]) => new Vector2(r, y));
  const small = Math.max(5, round >> 1);
  const foot = (x: number) => new SphereGeometry(0.075, small, 4).translate(x, 0.06, 0.05);
  const arm = (side: number) => new CapsuleGeometry(0.052, 0.2, 2, small).translate(side * 0.2, 0.42, 0.02);
  const hood = new SphereGeometry(0.195, round, tall).translate(0, 0.77, 0);
  peak(hood);
  return mergeGeometries([
    tagged(new LatheGeometry(outline, round), Part.body),
    tagged(hood, Part.head),
    tagged(arm(1), Part.leftArm),
    tagged(arm(-1), Part.rightArm),
    tagged(foot(0.1), Part.leftFoot),
    tagged(foot(-0.1), Part.rightFoot),
  ]);
}

/** Draws the top of the hood out to a point that hangs back. */
function peak(hood: BufferGeometry): void {
  const points = hood.getAttribute("position");
  for (let i = 0; i < points.count; i++) {
    const above = Math.max(points.getY(i) - 0.86, 0) / 0.105;
    points.setXYZ(i, points.getX(i), points.getY(i) + 0.1 * above * above, points.getZ(i) - 0.1 * above * above);
  }
  hood.computeVertexNormals();
}

function tagged(geometry: BufferGeometry, part: number): BufferGeometry {
  const marks = new Float32Array(geometry.getAttribute("position").count).fill(part);
  geometry.deleteAttribute("uv");
  return geometry.setAttribute("aPart", new Float32BufferAttribute(marks, 1));
}
