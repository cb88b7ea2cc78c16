/** The shapes of creatures: parts in their own colours, which the shader turns about their joints. */

import {
  type BufferGeometry,
  CapsuleGeometry,
  Color,
  ConeGeometry,
  CylinderGeometry,
  Float32BufferAttribute,
  LatheGeometry,
  SphereGeometry,
  Vector2,
  type Vector3Tuple,
} from "three";
import { mergeGeometries } from "three/addons/utils/BufferGeometryUtils.js";

/** What a part does; shaders/creature.vert has the same numbers. */
const Part = { body: 0, head: 1, leftArm: 2, rightArm: 3, leftLeg: 4, rightLeg: 5 } as const;

/** The colour of a part; a number is a shade of the colour of its kind, 1 that itself. */
type Ink = string | number;
type Shape = [part: number, ink: Ink, joint: Vector3Tuple, geometry: BufferGeometry];

/** The shapes by the numbers of creatures.ts, from 1 on; all look south. */
export function shapes(): BufferGeometry[] {
  return [chicken(), goblin(), critter(), brute()].map((parts) => mergeGeometries(parts.map(finished)));
}

function ball(radius: number, [x, y, z]: Vector3Tuple, [a, b, c]: Vector3Tuple = [1, 1, 1], round = 9): BufferGeometry {
  return new SphereGeometry(radius, round, Math.max(5, round - 3)).scale(a, b, c).translate(x, y, z);
}

function chicken(): Shape[] {
  const [white, cream, comb, beak] = ["#fbf6ea", "#e6d8bd", "#e23b2e", "#f2a62c"];
  const neck: Vector3Tuple = [0, 0.3, 0.12];
  const leg = (side: number): Shape => [
    side > 0 ? Part.leftLeg : Part.rightLeg,
    beak,
    [side * 0.07, 0.18, 0],
    mergeGeometries([
      new CylinderGeometry(0.016, 0.016, 0.17, 4).toNonIndexed().translate(side * 0.07, 0.095, 0),
      new ConeGeometry(0.045, 0.1, 3)
        .toNonIndexed()
        .rotateX(-Math.PI / 2)
        .translate(side * 0.07, 0.016, 0.035),
    ]),
  ];
  const wing = (side: number): Shape => [
    side > 0 ? Part.leftArm : Part.rightArm,
    cream,
    [side * 0.13, 0.36, 0.03],
    ball(0.12, [side * 0.155, 0.29, -0.02], [0.32, 0.72, 1.15], 7),
  ];
  return [
    [Part.body, white, [0, 0, 0], ball(0.18, [0, 0.3, -0.02], [0.84, 0.86, 1.12])],
    [Part.body, cream, [0, 0, 0], new ConeGeometry(0.1, 0.24, 6).rotateX(-2.15).translate(0, 0.4, -0.23)],
    [Part.head, white, neck, new CylinderGeometry(0.06, 0.1, 0.2, 7).rotateX(0.3).translate(0, 0.42, 0.14)],
    [Part.head, white, neck, ball(0.09, [0, 0.53, 0.17])],
    [Part.head, beak, neck, new ConeGeometry(0.035, 0.1, 5).rotateX(Math.PI / 2).translate(0, 0.52, 0.28)],
    [Part.head, comb, neck, ball(0.05, [0, 0.62, 0.16], [0.35, 0.9, 1.3], 6)],
    [Part.head, comb, neck, ball(0.03, [0, 0.46, 0.245], [0.6, 1.4, 0.7], 5)],
    ...[1, -1].map(
      (side): Shape => [Part.head, "#241c1c", neck, ball(0.016, [side * 0.072, 0.55, 0.215], [1, 1, 1], 5)],
    ),
    ...[1, -1].flatMap((side) => [wing(side), leg(side)]),
  ];
}

function goblin(skin: Ink = "#7fb23c", dark: Ink = "#5d8a2c"): Shape[] {
  const [cloth, wood, eye] = ["#6b4326", "#7a5632", "#ffd23a"];
  const neck: Vector3Tuple = [0, 0.5, 0.03];
  const outline = [
    [0.2, 0.12],
    [0.22, 0.22],
    [0.19, 0.36],
    [0.17, 0.47],
    [0.1, 0.54],
    [0, 0.56],
  ].map(([r, y]) => new Vector2(r, y));
  const skirt = [
    [0.25, 0.1],
    [0.235, 0.2],
    [0.215, 0.3],
  ].map(([r, y]) => new Vector2(r, y));
  const shoulder = (side: number): Vector3Tuple => [side * 0.18, 0.48, 0.02];
  const arm = (side: number): Shape => [
    side > 0 ? Part.leftArm : Part.rightArm,
    skin,
    shoulder(side),
    new CapsuleGeometry(0.052, 0.24, 2, 6).translate(side * 0.22, 0.33, 0.03),
  ];
  const leg = (side: number): Shape => [
    side > 0 ? Part.leftLeg : Part.rightLeg,
    dark,
    [side * 0.1, 0.2, 0],
    mergeGeometries([
      new CylinderGeometry(0.05, 0.05, 0.18, 5).translate(side * 0.1, 0.11, 0),
      ball(0.075, [side * 0.1, 0.05, 0.05], [0.9, 0.6, 1.4], 6),
    ]),
  ];
  const ear = (side: number): Shape => [
    Part.head,
    skin,
    neck,
    new ConeGeometry(0.07, 0.34, 5)
      .scale(1, 1, 0.45)
      .rotateZ(-side * 1.25)
      .translate(side * 0.3, 0.71, -0.02),
  ];
  const club = new CylinderGeometry(0.085, 0.03, 0.46, 7).rotateX(Math.PI / 2).translate(-0.22, 0.19, 0.24);
  return [
    [Part.body, skin, [0, 0, 0], new LatheGeometry(outline, 10)],
    [Part.body, cloth, [0, 0, 0], new LatheGeometry(skirt, 9)],
    [Part.head, skin, neck, ball(0.2, [0, 0.67, 0.05], [1.06, 0.9, 1], 11)],
    [Part.head, dark, neck, new ConeGeometry(0.05, 0.16, 5).rotateX(Math.PI / 2 + 0.35).translate(0, 0.64, 0.29)],
    ...[1, -1].flatMap((side): Shape[] => [
      [Part.head, eye, neck, ball(0.042, [side * 0.085, 0.72, 0.208], [1, 0.8, 0.6], 7)],
      [Part.head, "#20180c", neck, ball(0.018, [side * 0.08, 0.72, 0.234], [1, 1.2, 0.5], 5)],
      [Part.head, dark, neck, ball(0.06, [side * 0.085, 0.775, 0.19], [1.2, 0.36, 0.7], 5)],
      ear(side),
      arm(side),
      leg(side),
    ]),
    [Part.rightArm, wood, shoulder(-1), club],
  ];
}

/** What a system from outside has on the map, and hunts: a goblin by a third as large again, in its own colour. */
function brute(): Shape[] {
  const size = 1.3;
  return goblin(1, 0.55).map(([part, ink, joint, geometry]) => [
    part,
    ink,
    joint.map((length) => size * length) as Vector3Tuple,
    geometry.scale(size, size, size),
  ]);
}

/** What else a system from outside has there: something on four legs, whose wool has its own colour. */
function critter(): Shape[] {
  const [wool, dark] = [1.25, "#4a4038"];
  const neck: Vector3Tuple = [0, 0.42, 0.2];
  const leg = (side: number, z: number): Shape => [
    side * z > 0 ? Part.leftLeg : Part.rightLeg,
    dark,
    [side * 0.12, 0.24, z],
    new CylinderGeometry(0.035, 0.03, 0.24, 5).translate(side * 0.12, 0.12, z),
  ];
  return [
    [Part.body, wool, [0, 0, 0], ball(0.26, [0, 0.4, -0.02], [0.85, 0.8, 1.15], 11)],
    [Part.body, wool, [0, 0, 0], ball(0.08, [0, 0.44, -0.32], [1, 1, 1], 6)],
    [Part.head, dark, neck, ball(0.12, [0, 0.52, 0.32], [0.8, 0.9, 1.15], 8)],
    [Part.head, wool, neck, ball(0.1, [0, 0.62, 0.26], [1, 0.7, 0.9], 7)],
    ...[1, -1].flatMap((side) => [leg(side, 0.16), leg(side, -0.16)]),
  ];
}

function finished([part, ink, joint, given]: Shape): BufferGeometry {
  const geometry = given.index ? given.toNonIndexed() : given;
  const { count } = geometry.getAttribute("position");
  const all = (values: number[]) =>
    new Float32BufferAttribute(
      Float32Array.from({ length: count * values.length }, (_, i) => values[i % values.length]),
      values.length,
    );
  geometry.deleteAttribute("uv");
  // linear; shades of the colour of a kind are told to the shader as less than 0
  const { r, g, b } = typeof ink === "number" ? { r: -ink, g: -ink, b: -ink } : new Color(ink);
  return geometry
    .setAttribute("aPart", all([part]))
    .setAttribute("aJoint", all(joint))
    .setAttribute("aInk", all([r, g, b]));
}
