/** The lava around the map, which fades into the air at the horizon. */

import { BufferAttribute, BufferGeometry, Mesh } from "three";
import { makeMaterial, Order } from "../material";
import { FLUID_LEVEL } from "../relief";
import lava from "../shaders/lava.glsl?raw";
import fragment from "../shaders/sea.frag?raw";
import vertex from "../shaders/sea.vert?raw";
import type { Shared } from "../uniforms";

export class Sea {
  readonly mesh: Mesh;

  constructor(shared: Shared) {
    this.mesh = new Mesh(new BufferGeometry(), makeMaterial(shared, { vertex, fragment: `${lava}\n${fragment}` }));
    this.mesh.frustumCulled = false;
    this.mesh.renderOrder = Order.sea;
  }

  /** Surrounds a map, and reaches `reach` tiles beyond it. */
  surround(side: number, reach: number): void {
    this.mesh.geometry.dispose();
    this.mesh.geometry = frame(side, reach);
  }
}

/** A square frame around the map: an inner and an outer ring of four corners. */
function frame(side: number, reach: number): BufferGeometry {
  const corners = (low: number, high: number) => [
    ...[low, FLUID_LEVEL, low, high, FLUID_LEVEL, low],
    ...[high, FLUID_LEVEL, high, low, FLUID_LEVEL, high],
  ];
  const points = [...corners(0, side), ...corners(-reach, side + reach)];
  const triangles = [0, 1, 2, 3].flatMap((k) => {
    const next = (k + 1) % 4;
    return [k, next, 4 + next, k, 4 + next, 4 + k];
  });
  const geometry = new BufferGeometry();
  geometry.setAttribute("position", new BufferAttribute(new Float32Array(points), 3));
  geometry.setIndex(triangles);
  return geometry;
}
