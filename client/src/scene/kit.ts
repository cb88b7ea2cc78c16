/** What figures wear and hold: weapons, armour and tools, all in one shape of which the shader shows what each one has. */

import {
  BoxGeometry,
  type BufferGeometry,
  ConeGeometry,
  CylinderGeometry,
  Float32BufferAttribute,
  LatheGeometry,
  OctahedronGeometry,
  PlaneGeometry,
  SphereGeometry,
  Vector2,
} from "three";
import { mergeGeometries } from "three/addons/utils/BufferGeometryUtils.js";

/** Parts of a figure that things are fixed to; figures.ts and the shaders have the same numbers. */
const Part = { body: 0, head: 1, leftArm: 2, rightArm: 3, line: 6, float: 7 } as const;
/** Things, and what they are made of; shaders/figure.vert and gear.frag have the same numbers. */
const Gear = { sword: 1, knife: 2, staff: 3, armour: 4, rod: 5, pick: 6, ladle: 7, hammer: 8, meal: 9 } as const;
const Ink = { metal: 0, wood: 1, line: 2, red: 3, food: 4, gem: 5 } as const;

/** The right hand of a figure that lets its arms hang. */
const HAND = [-0.22, 0.27, 0.03] as const;

export function kit(): BufferGeometry {
  return mergeGeometries([...blades(), ...armour(), ...rod(), ...tools()]);
}

/** Things in the hand point ahead, so that they are upright when the arm is raised. */
function held(geometry: BufferGeometry, ahead: number, up = 0): BufferGeometry {
  return geometry.rotateX(Math.PI / 2).translate(HAND[0], HAND[1] + up, HAND[2] + ahead);
}

function blades(): BufferGeometry[] {
  const make = (thing: number, geometry: BufferGeometry, ink: number) => tagged(geometry, Part.rightArm, thing, ink);
  const blade = new CylinderGeometry(0.012, 0.052, 0.5, 4, 1).scale(1, 1, 0.4);
  return [
    make(Gear.sword, held(blade, 0.36), Ink.metal),
    make(Gear.sword, held(new BoxGeometry(0.2, 0.035, 0.05), 0.1), Ink.metal),
    make(Gear.sword, held(new CylinderGeometry(0.024, 0.024, 0.16, 5), 0.02), Ink.wood),
    make(Gear.knife, held(new CylinderGeometry(0.008, 0.045, 0.26, 4, 1).scale(1, 1, 0.4), 0.2), Ink.metal),
    make(Gear.knife, held(new CylinderGeometry(0.024, 0.024, 0.12, 5), 0.02), Ink.wood),
    make(Gear.staff, held(new CylinderGeometry(0.026, 0.03, 0.95, 5), 0.15), Ink.wood),
    make(Gear.staff, held(new CylinderGeometry(0.055, 0.03, 0.12, 6), 0.6), Ink.metal),
    make(Gear.staff, held(new OctahedronGeometry(0.085), 0.7), Ink.gem),
  ];
}

function armour(): BufferGeometry[] {
  const make = (part: number, geometry: BufferGeometry) => tagged(geometry, part, Gear.armour, Ink.metal);
  const plate = [
    [0.2, 0.3],
    [0.205, 0.38],
    [0.18, 0.5],
    [0.12, 0.61],
  ].map(([r, y]) => new Vector2(r, y));
  const shoulder = (side: number) =>
    new SphereGeometry(0.1, 7, 4, 0, 2 * Math.PI, 0, 1.7).translate(side * 0.19, 0.52, 0);
  const cap = new SphereGeometry(0.212, 10, 4, 0, 2 * Math.PI, 0, 1.25).translate(0, 0.79, -0.012);
  return [
    make(Part.body, new LatheGeometry(plate, 10)),
    make(Part.leftArm, shoulder(1)),
    make(Part.rightArm, shoulder(-1)),
    make(Part.head, cap),
    make(Part.head, new ConeGeometry(0.035, 0.12, 5).translate(0, 1.05, -0.03)),
  ];
}

function rod(): BufferGeometry[] {
  const stick = new CylinderGeometry(0.009, 0.024, 0.95, 4).rotateX(1.65).translate(HAND[0], HAND[1] - 0.01, 0.4);
  const line = new PlaneGeometry(0.02, 1, 1, 1).translate(0, 0.5, 0);
  return [
    tagged(stick, Part.rightArm, Gear.rod, Ink.wood),
    tagged(line, Part.line, Gear.rod, Ink.line),
    tagged(new SphereGeometry(0.045, 6, 4), Part.float, Gear.rod, Ink.red),
  ];
}

function tools(): BufferGeometry[] {
  const make = (thing: number, geometry: BufferGeometry, ink: number) => tagged(geometry, Part.rightArm, thing, ink);
  const point = (side: number) =>
    new ConeGeometry(0.035, 0.22, 4).rotateZ(-side * 1.75).translate(side * 0.12, -0.02, 0);
  const handle = (length: number) => new CylinderGeometry(0.022, 0.022, length, 5);
  return [
    make(Gear.pick, held(handle(0.6), 0.2), Ink.wood),
    make(Gear.pick, held(mergeGeometries([point(1), point(-1)]).rotateY(Math.PI / 2), 0.48), Ink.metal),
    make(Gear.hammer, held(handle(0.4), 0.1), Ink.wood),
    make(Gear.hammer, held(new BoxGeometry(0.1, 0.12, 0.22), 0.3), Ink.metal),
    make(Gear.ladle, held(handle(0.5), 0.16), Ink.wood),
    make(Gear.ladle, held(new CylinderGeometry(0.13, 0.1, 0.05, 9), 0.42).rotateX(0), Ink.metal),
    make(Gear.ladle, held(new SphereGeometry(0.075, 7, 4).scale(1, 0.5, 1), 0.42, 0.05), Ink.food),
    make(Gear.meal, held(new SphereGeometry(0.075, 7, 4).scale(0.8, 1.2, 0.8), 0.08), Ink.food),
  ];
}

function tagged(geometry: BufferGeometry, part: number, gear: number, ink: number): BufferGeometry {
  const { count } = geometry.getAttribute("position");
  const all = (value: number) => new Float32BufferAttribute(new Float32Array(count).fill(value), 1);
  geometry.deleteAttribute("uv");
  if (!geometry.index) geometry.setIndex(Array.from({ length: count }, (_, i) => i)); // all must have one to be merged
  return geometry.setAttribute("aPart", all(part)).setAttribute("aGear", all(gear)).setAttribute("aInk", all(ink));
}
