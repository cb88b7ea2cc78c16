/** One shape, drawn for each of a list of actors. */

import {
  type BufferGeometry,
  DynamicDrawUsage,
  InstancedBufferAttribute,
  type InstancedBufferGeometry,
  type Mesh,
  type ShaderMaterial,
} from "three";
import { instanced, instancedOf } from "./material";

export class Crowd {
  readonly mesh: Mesh;
  private readonly geometry: InstancedBufferGeometry;
  private rows = new InstancedBufferAttribute(new Float32Array(0), 1);

  constructor(shape: BufferGeometry, material: ShaderMaterial, order: number) {
    this.geometry = instancedOf(shape);
    this.mesh = instanced(this.geometry, material, order);
  }

  show(rows: Float32Array, count: number): void {
    if (this.rows.array !== rows) {
      this.geometry.dispose(); // frees the old memory on the GPU
      this.rows = new InstancedBufferAttribute(rows, 1);
      this.rows.setUsage(DynamicDrawUsage);
      this.geometry.setAttribute("aRow", this.rows);
    }
    this.rows.clearUpdateRanges();
    this.rows.addUpdateRange(0, count);
    this.rows.needsUpdate = true;
    this.geometry.instanceCount = count;
    this.mesh.visible = count > 0;
  }
}
