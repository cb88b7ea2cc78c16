/** Forests, ore in rocks, and plants on materials that are not ours: what stands where it is or grows again, in parts of the map. */

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
import { instanced, instancedOf, makeMaterial, Order } from "./material";
import { NOISE_SIZE, noiseTable, random } from "./noise";
import { FOREST, groundAt, OREROCK, type Relief, SCRUB } from "./relief";
import fragment from "./shaders/tree.frag?raw";
import vertex from "./shaders/tree.vert?raw";
import type { Shared } from "./uniforms";

/** Tiles along the edge of a part that is drawn or left out as one. */
const PART = 32;
/** Where a tile takes fewer pixels than this, trees are drawn with fewer triangles. */
const FINE_FROM = 30;
/** Where a tile takes fewer pixels than this, trees have lost their stumps and most of their triangles. */
const BARE_BELOW = 8;
/** Where it takes fewer than this, they are no more than the colour of the ground; the shader shrinks them before. */
const NONE_BELOW = 3;

interface Part {
  /** From the finest to the coarsest. */
  meshes: readonly [near: Mesh, far: Mesh, bare: Mesh];
  ball: Sphere;
}

export class Trees {
  readonly group = new Group();
  private parts: Part[] = [];
  /** Of a tile that has borne a plant, the materials that did. */
  private bearing = new Map<number, Set<number>>();
  private heights: readonly number[] = [];
  private readonly frustum = new Frustum();
  private readonly matrix = new Matrix4();
  private readonly eye = new Vector3();

  readonly material: ShaderMaterial;

  constructor(shared: Shared) {
    this.material = makeMaterial(shared, { vertex, fragment });
  }

  /**
   * Plants a map anew.
   *
   * @param heights by material, how tall plants are on those that are not ours [tiles].
   */
  plant(plane: Uint8Array, relief: Relief, heights: readonly number[] = []): void {
    this.heights = heights;
    this.bearing = new Map();
    plane.forEach((material, place) => void this.bears(place, material));
    this.build(relief);
  }

  /** Takes in that tiles have changed: where something grows for the first time, it is planted. */
  change(places: Uint32Array, materials: Uint8Array, relief: Relief): void {
    let more = false;
    places.forEach((place, i) => {
      more = this.bears(place, materials[i]) || more;
    });
    if (more) this.build(relief);
  }

  /** Notes what a tile bears; whether it has never borne that. */
  private bears(place: number, material: number): boolean {
    const plant = material === SCRUB ? FOREST : material;
    if (plant !== FOREST && plant !== OREROCK && !this.heights[plant]) return false;
    const known = this.bearing.get(place) ?? new Set();
    if (known.has(plant)) return false;
    this.bearing.set(place, known.add(plant));
    return true;
  }

  private build(relief: Relief): void {
    for (const { meshes } of this.parts) for (const mesh of meshes) mesh.geometry.dispose();
    this.group.clear();
    const shapes = [treeGeometry(7, 6), treeGeometry(5, 3), crownGeometry(4, 2)];
    const groups = collect(this.bearing, relief, this.heights);
    this.parts = [...groups.values()].map((trees) => {
      const [near, far, bare] = groves(shapes, trees).map((geometry) =>
        instanced(geometry, this.material, Order.trees),
      );
      this.group.add(near, far, bare);
      return { meshes: [near, far, bare], ball: around(trees) };
    });
  }

  /**
   * Shows the parts in sight, in the detail of their distance.
   *
   * @param detail below 1 is coarser.
   * @param tilePixels pixels that a tile takes at distance 1.
   */
  update(camera: Camera, detail: number, tilePixels: number): void {
    const ends = [
      (tilePixels / FINE_FROM) * detail,
      (tilePixels / BARE_BELOW) * Math.max(detail, 0.6),
      tilePixels / NONE_BELOW,
    ];
    this.matrix.multiplyMatrices(camera.projectionMatrix, camera.matrixWorldInverse);
    this.frustum.setFromProjectionMatrix(this.matrix);
    this.eye.setFromMatrixPosition(camera.matrixWorld);
    for (const { meshes, ball } of this.parts) {
      const distance = ball.distanceToPoint(this.eye);
      const shown = this.frustum.intersectsSphere(ball) ? ends.findIndex((end) => distance < end) : -1;
      meshes.forEach((mesh, i) => {
        mesh.visible = i === shown;
      });
    }
  }
}

interface Tree {
  at: [x: number, y: number, z: number, size: number];
  kind: [shape: number, own: number];
  stands: number;
}

/** How tall a tree is that has the size 1, and how many more plants there are of what is not ours: they are smaller. */
const TALL = 1.3;
const MORE = 2;
/** How large crystals of ore are beside trees, and the number of their shape; shaders/tree.vert has the same. */
const CRYSTAL = 0.62;
const ORE_SHAPE = 2;

/** The trees of the map by part, several a tile where the map is small. */
function collect(
  bearing: ReadonlyMap<number, ReadonlySet<number>>,
  relief: Relief,
  heights: readonly number[],
): Map<number, Tree[]> {
  const { side } = relief;
  const each = side <= 128 ? 3 : side <= 256 ? 2 : 1;
  const mix = noiseTable(23, 6, 3);
  const groups = new Map<number, Tree[]>();
  for (const [place, kinds] of [...bearing].sort(([one], [other]) => one - other)) {
    const [row, col] = [Math.floor(place / side), place % side];
    const key = Math.floor(row / PART) * 4096 + Math.floor(col / PART);
    const group = groups.get(key) ?? [];
    groups.set(key, group);
    const draw = random(place * 2654435761);
    const leafy = mix[((row * 3) % NOISE_SIZE) * NOISE_SIZE + ((col * 3) % NOISE_SIZE)];
    for (const stands of kinds) {
      if (stands === FOREST) for (let k = 0; k < each; k++) group.push(treeAt(row, col, k, each, leafy, draw, relief));
      else if (stands === OREROCK)
        for (let k = 0; k < each + 1; k++) group.push(crystalAt(treeAt(row, col, k, each + 1, 0, draw, relief)));
      else
        for (let k = 0; k < each + MORE; k++)
          group.push(plantAt(treeAt(row, col, k, each + MORE, 1, draw, relief), stands, heights[stands]));
    }
  }
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
  return { at: [x, groundAt(relief, x, z) - 0.03, z, size], kind: [shape, draw()], stands: FOREST };
}

/** The same as a bush of a material that is not ours. */
function plantAt({ at: [x, y, z, size], kind }: Tree, stands: number, height: number): Tree {
  return { at: [x, y, z, (size * height) / TALL], kind, stands };
}

/** The same as a crystal of ore that leans out of its rock. */
function crystalAt({ at: [x, y, z, size], kind: [, own] }: Tree): Tree {
  return { at: [x, y, z, size * CRYSTAL], kind: [ORE_SHAPE, own], stands: OREROCK };
}

/** The same trees in each of some shapes. */
function groves(shapes: BufferGeometry[], trees: Tree[]): InstancedBufferGeometry[] {
  const places = new InstancedBufferAttribute(new Float32Array(trees.flatMap(({ at }) => at)), 4);
  const kinds = new InstancedBufferAttribute(new Float32Array(trees.flatMap(({ kind }) => kind)), 2);
  const stands = new InstancedBufferAttribute(new Float32Array(trees.map((tree) => tree.stands)), 1);
  return shapes.map((shape) => {
    const copies = instancedOf(shape);
    copies.setAttribute("aTree", places);
    copies.setAttribute("aKind", kinds);
    copies.setAttribute("aStands", stands);
    copies.instanceCount = trees.length;
    return copies;
  });
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
  return mergeGeometries([stump, lid, crownGeometry(around_, rings)]);
}

function crownGeometry(around_: number, rings: number): BufferGeometry {
  return strip(new CylinderGeometry(1, 1, 1, around_, rings, true).translate(0, 0.5, 0), 1);
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
