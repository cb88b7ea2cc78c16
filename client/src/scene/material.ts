/** Materials of our own: shared uniforms, the common part of all shaders, and what one layer adds. */

import {
  type BufferGeometry,
  CustomBlending,
  DynamicDrawUsage,
  InstancedBufferAttribute,
  InstancedBufferGeometry,
  type IUniform,
  Mesh,
  OneFactor,
  OneMinusSrcAlphaFactor,
  ShaderMaterial,
} from "three";
import actors from "./shaders/actors.glsl?raw";
import common from "./shaders/common.glsl?raw";
import type { Shared } from "./uniforms";

/**
 * In which order the layers are drawn. What costs most for each pixel comes after what hides it; what shines through comes
 * last, from below upwards.
 */
export const Order = {
  figures: 0,
  trees: 1,
  ground: 2,
  sea: 3,
  sky: 4,
  marks: 5,
  dots: 6,
  effects: 7,
  bars: 8,
  labels: 9,
} as const;

/** Layers of three.js: what hides things, and what shines through, whose edges its own shaders smooth. */
export const Layer = { solid: 0, clear: 1 } as const;

export interface Recipe {
  vertex: string;
  fragment: string;
  /** Uniforms of this layer alone. */
  own?: Record<string, IUniform>;
  /** Whether the vertex shader reads actors. */
  actors?: boolean;
  /** Whether it lets what is behind shine through. */
  blend?: boolean;
}

export function makeMaterial(shared: Shared, { vertex, fragment, own = {}, actors: reads, blend }: Recipe) {
  return new ShaderMaterial({
    uniforms: { ...shared, ...own },
    vertexShader: `${common}\n${reads ? actors : ""}\n${vertex}`,
    fragmentShader: `${common}\n${fragment}`,
    ...(blend
      ? {
          transparent: true,
          depthWrite: false,
          // Colours come multiplied by alpha: alpha 0 adds light, alpha 1 hides.
          blending: CustomBlending,
          blendSrc: OneFactor,
          blendDst: OneMinusSrcAlphaFactor,
        }
      : {}),
  });
}

/** A mesh of which the GPU draws `geometry.instanceCount` copies; what is out of sight is left to the layer. */
export function instanced(geometry: InstancedBufferGeometry, material: ShaderMaterial, order: number): Mesh {
  const mesh = new Mesh(geometry, material);
  mesh.frustumCulled = false;
  mesh.matrixAutoUpdate = false;
  mesh.renderOrder = order;
  mesh.layers.set(material.transparent ? Layer.clear : Layer.solid);
  return mesh;
}

/** An instanced geometry with the vertices of another. */
export function instancedOf({ attributes, index }: BufferGeometry): InstancedBufferGeometry {
  const copies = new InstancedBufferGeometry();
  for (const [name, attribute] of Object.entries(attributes)) copies.setAttribute(name, attribute);
  copies.setIndex(index);
  copies.instanceCount = 0;
  return copies;
}

/** Gives each instance its numbers, in memory that grows where it must. `instanceCount` follows. */
export function fillInstances(
  geometry: InstancedBufferGeometry,
  columns: Record<string, number[]>,
  width: number,
): void {
  for (const [name, numbers] of Object.entries(columns)) {
    let attribute = geometry.getAttribute(name) as InstancedBufferAttribute | undefined;
    if (!attribute || attribute.array.length < numbers.length) {
      geometry.dispose(); // frees the old memory on the GPU
      const room = Math.max(64, 2 ** Math.ceil(Math.log2(numbers.length + 1)));
      attribute = new InstancedBufferAttribute(new Float32Array(room * width), width);
      attribute.setUsage(DynamicDrawUsage);
      geometry.setAttribute(name, attribute);
    }
    attribute.array.set(numbers);
    attribute.clearUpdateRanges();
    attribute.addUpdateRange(0, numbers.length);
    attribute.needsUpdate = true;
    geometry.instanceCount = numbers.length / width;
  }
}
