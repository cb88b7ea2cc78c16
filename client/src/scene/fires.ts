/** Camps: a fire within stones, with its light, smoke and a flag that is seen from afar. */

import {
  type BufferGeometry,
  Color,
  CylinderGeometry,
  DodecahedronGeometry,
  DoubleSide,
  Float32BufferAttribute,
  Group,
  type Mesh,
  PlaneGeometry,
} from "three";
import { mergeGeometries } from "three/addons/utils/BufferGeometryUtils.js";
import type { Declared } from "../declared";
import { fillInstances, instanced, instancedOf, makeMaterial, Order } from "./material";
import { placesOf } from "./outfits";
import { groundAt, type Relief } from "./relief";
import flameFragment from "./shaders/flame.frag?raw";
import flameVertex from "./shaders/flame.vert?raw";
import hearthFragment from "./shaders/hearth.frag?raw";
import hearthVertex from "./shaders/hearth.vert?raw";
import type { Shared } from "./uniforms";

/** Quads of a fire; shaders/flame.vert has the same numbers. */
const Sheet = { glow: 0, smoke: 1, flame: 2 } as const;
const STONES = 9;

export class Fires {
  readonly group = new Group();
  /** The places of their tiles. */
  places: readonly number[] = [];
  private readonly hearths = instancedOf(hearth());
  private readonly flames = instancedOf(sheets());

  constructor(shared: Shared) {
    const solid = makeMaterial(shared, { vertex: hearthVertex, fragment: hearthFragment });
    solid.side = DoubleSide; // the flag
    const clear = makeMaterial(shared, { vertex: flameVertex, fragment: flameFragment, blend: true });
    clear.side = DoubleSide;
    const meshes: Mesh[] = [
      instanced(this.hearths, solid, Order.figures),
      instanced(this.flames, clear, Order.marks), // figures' bars and what flies are drawn over it
    ];
    this.group.add(...meshes);
  }

  /** Lights the fires of a map. */
  light(plane: Uint8Array, declared: Declared, relief: Relief): void {
    this.places = placesOf(plane, declared, "fire");
    const at = this.places.flatMap((place) => {
      const [x, z] = [(place % relief.side) + 0.5, Math.floor(place / relief.side) + 0.5];
      return [x, groundAt(relief, x, z), z, (place * 0.61803) % 1];
    });
    for (const geometry of [this.hearths, this.flames]) fillInstances(geometry, { aFire: at }, 4);
    this.group.visible = this.places.length > 0;
  }
}

/** Stones in a ring, logs that lean on one another, a pole with a flag. */
function hearth(): BufferGeometry {
  const parts: BufferGeometry[] = [];
  for (let k = 0; k < STONES; k++) {
    const angle = (k / STONES) * 2 * Math.PI;
    const size = 0.085 + 0.03 * ((k * 7) % 3);
    const stone = new DodecahedronGeometry(size, 0).rotateY(angle * 3).scale(1.15, 0.8, 1);
    parts.push(
      inked(stone.translate(0.37 * Math.sin(angle), 0.05, 0.37 * Math.cos(angle)), k % 2 ? "#8d8a88" : "#726f70"),
    );
  }
  for (let k = 0; k < 5; k++) {
    const log = new CylinderGeometry(0.035, 0.05, 0.5, 6).translate(0, 0.2, 0).rotateX(0.72);
    parts.push(inked(log.translate(0, 0, -0.2).rotateY((k / 5) * 2 * Math.PI + 0.3), k % 2 ? "#5a3c26" : "#4a3020"));
  }
  const pole = new CylinderGeometry(0.022, 0.03, 1.9, 5).translate(-0.44, 0.95, -0.4);
  const flag = new PlaneGeometry(0.62, 0.36, 6, 1).translate(-0.44 + 0.31, 1.68, -0.4);
  parts.push(inked(pole, "#6b4a2e"), inked(flag, "#e0482e", 1));
  return mergeGeometries(parts);
}

function inked(given: BufferGeometry, colour: string, waves = 0): BufferGeometry {
  const geometry = given.index ? given.toNonIndexed() : given;
  const { count } = geometry.getAttribute("position");
  const { r, g, b } = new Color(colour); // linear
  const inks = Float32Array.from({ length: 4 * count }, (_, i) => [r, g, b, waves][i % 4]);
  geometry.deleteAttribute("uv");
  return geometry.setAttribute("aInk", new Float32BufferAttribute(inks, 4));
}

/** The quads that shine: light on the ground, smoke, three tongues of flame. */
function sheets(): BufferGeometry {
  const kinds = [Sheet.glow, Sheet.smoke, Sheet.flame, Sheet.flame + 1, Sheet.flame + 2];
  return mergeGeometries(
    kinds.map((kind) => {
      const quad = new PlaneGeometry(1, 1);
      quad.deleteAttribute("uv");
      quad.deleteAttribute("normal");
      return quad.setAttribute("aSheet", new Float32BufferAttribute(new Float32Array(4).fill(kind), 1));
    }),
  );
}
