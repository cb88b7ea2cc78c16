/** Forests: trees that stand where forest is or grows again, drawn in parts of the map. */

import {
  BufferGeometry,
  type Camera,
  ConeGeometry,
  CylinderGeometry,
  Float32BufferAttribute,
  Frustum,
  Group,
  InstancedBufferAttribute,
  type InstancedBufferGeometry,
  Matrix4,
  type Mesh,
  type ShaderMaterial,
  Sphere,
  Vector3,
} from "three";
import { mergeGeometries } from "three/addons/utils/BufferGeometryUtils.js";
import { instanced, instancedOf, makeMaterial } from "./material";
import { NOISE_SIZE, noiseTable, random } from "./noise";
import { FOREST, groundAt, type Relief, SCRUB } from "./relief";
import fragment from "./shaders/tree.frag?raw";
import vertex from "./shaders/tree.vert?raw";
import type { Shared } from "./uniforms";

/** Tiles along the edge of a part that is drawn or left out as one. */
const PART = 32;
/** From here on trees are drawn with few triangles [tiles]. */
const FAR = 70;
/** From here on they are no more than the colour of the ground [tiles]. */
const FARTHEST = 300;

interface Part {
  near: Mesh;
  far: Mesh;
  ball: Sphere;
}

export class Trees {
  readonly group = new Group();
  private parts: Part[] = [];
  private planted = new Uint8Array(0);
  private readonly frustum = new Frustum();
  private readonly matrix = new Matrix4();
  private readonly eye = new Vector3();

  readonly material: ShaderMaterial;

  constructor(shared: Shared) {
    this.material = makeMaterial(shared, { vertex, fragment });
  }

  /** Whether every tile that can bear trees has them. */
  covers(places: Uint32Array, material: Uint8Array): boolean {
    return places.every((place, i) => material[i] !== FOREST || this.planted[place] === 1);
  }

  plant(plane: Uint8Array, relief: Relief): void {
    for (const { near, far } of this.parts) for (const mesh of [near, far]) mesh.geometry.dispose();
    this.group.clear();
    this.planted = plane.map((material) => Number(bearing(material)));
    const [near, far] = [treeGeometry(7, 6), treeGeometry(5, 2)];
    const groups = collect(plane, relief);
    this.parts = [...groups.values()].map((trees) => {
      const part = { near: grove(near, trees), far: grove(far, trees) };
      const meshes = { near: instanced(part.near, this.material, 1), far: instanced(part.far, this.material, 1) };
      this.group.add(meshes.near, meshes.far);
      return { ...meshes, ball: around(trees) };
    });
  }

  /** Shows the parts in sight, in the detail of their distance. */
  update(camera: Camera, detail: number): void {
    this.matrix.multiplyMatrices(camera.projectionMatrix, camera.matrixWorldInverse);
    this.frustum.setFromProjectionMatrix(this.matrix);
    this.eye.setFromMatrixPosition(camera.matrixWorld);
    for (const { near, far, ball } of this.parts) {
      const seen = this.frustum.intersectsSphere(ball);
      const distance = ball.distanceToPoint(this.eye);
      near.visible = seen && distance < FAR * detail;
      far.visible = seen && !near.visible && distance < FARTHEST * Math.max(detail, 0.6);
    }
  }
}

function bearing(material: number): boolean {
  return material === FOREST || material === SCRUB;
}

interface Tree {
  at: [x: number, y: number, z: number, size: number];
  kind: [shape: number, own: number];
}

/** The trees of the map by part, several a tile where the map is small. */
function collect(plane: Uint8Array, relief: Relief): Map<number, Tree[]> {
  const { side } = relief;
  const each = side <= 128 ? 3 : side <= 256 ? 2 : 1;
  const mix = noiseTable(23, 6, 3);
  const groups = new Map<number, Tree[]>();
  plane.forEach((material, place) => {
    if (!bearing(material)) return;
    const [row, col] = [Math.floor(place / side), place % side];
    const key = Math.floor(row / PART) * 4096 + Math.floor(col / PART);
    const group = groups.get(key) ?? [];
    groups.set(key, group);
    const draw = random(place * 2654435761);
    const leafy = mix[((row * 3) % NOISE_SIZE) * NOISE_SIZE + ((col * 3) % NOISE_SIZE)];
    for (let k = 0; k < each; k++) group.push(treeAt(row, col, k, each, leafy, draw, relief));
  });
  return groups;
}

function treeAt(
  row: number,
  col: number,
  k: number,
  each: number,
  leafy: number,
  draw: () => number,
  relief: Relief,
): Tree {
  const angle = (k / each + 0.22 * draw()) * 2 * Math.PI + row * 1.7 + col;
  const away = each === 1 ? 0.12 * draw() : 0.24 + 0.1 * draw();
  const [x, z] = [col + 0.5 + away * Math.sin(angle), row + 0.5 + away * Math.cos(angle)];
  const size = (each === 1 ? 1.15 : 0.74) + 0.42 * draw();
  const shape = leafy + 0.35 * (draw() - 0.5) > 0.52 ? 1 : 0;
  return { at: [x, groundAt(relief, x, z) - 0.03, z, size], kind: [shape, draw()] };
}

function grove(tree: BufferGeometry, trees: Tree[]): InstancedBufferGeometry {
  const copies = instancedOf(tree);
  copies.setAttribute("aTree", new InstancedBufferAttribute(new Float32Array(trees.flatMap(({ at }) => at)), 4));
  copies.setAttribute("aKind", new InstancedBufferAttribute(new Float32Array(trees.flatMap(({ kind }) => kind)), 2));
  copies.instanceCount = trees.length;
  return copies;
}

function around(trees: Tree[]): Sphere {
  const points = trees.map(({ at: [x, y, z] }) => new Vector3(x, y, z));
  const ball = new Sphere().setFromPoints(points);
  ball.radius += 2;
  return ball;
}

/** A stump, and a crown whose points have a direction and a height; the shader gives both kinds their outline. */
function treeGeometry(around_: number, rings: number): BufferGeometry {
  const stump = strip(new CylinderGeometry(0.055, 0.09, 0.3, 5, 1, true).translate(0, 0.1, 0), 0);
  const lid = strip(new ConeGeometry(0.055, 0.01, 5, 1, true).translate(0, 0.255, 0), 0);
  const crown = strip(new CylinderGeometry(1, 1, 1, around_, rings, true).translate(0, 0.5, 0), 1);
  return mergeGeometries([stump, lid, crown]);
}

/** Keeps the points alone, marked as crown or stump. */
function strip(geometry: BufferGeometry, crown: number): BufferGeometry {
  const bare = new BufferGeometry();
  bare.setAttribute("position", geometry.getAttribute("position"));
  bare.setIndex(geometry.getIndex());
  const marks = new Float32Array(geometry.getAttribute("position").count).fill(crown);
  bare.setAttribute("aCrown", new Float32BufferAttribute(marks, 1));
  return bare;
}
