/** The ground: chunks of one grid of triangles, coarser with distance, lifted and coloured on the GPU. */

import {
  Box3,
  BufferAttribute,
  BufferGeometry,
  type Camera,
  DataTexture,
  DynamicDrawUsage,
  FloatType,
  Frustum,
  Group,
  InstancedBufferAttribute,
  LinearFilter,
  LinearMipmapLinearFilter,
  Matrix4,
  type Mesh,
  NearestFilter,
  RedFormat,
  RGBAFormat,
  type ShaderMaterial,
  Vector3,
} from "three";
import { groundUniforms } from "./ground";
import { instanced, instancedOf, makeMaterial, Order } from "./material";
import type { Relief } from "./relief";
import lava from "./shaders/lava.glsl?raw";
import fragment from "./shaders/terrain.frag?raw";
import vertex from "./shaders/terrain.vert?raw";
import type { Shared } from "./uniforms";

/** Tiles along the edge of a chunk. */
const CHUNK = 16;
/** Beyond these distances [tiles] a chunk has half as many points, a quarter, an eighth, and so on. */
const FAR = [42, 84, 190, 320, 460];
const HIGHEST = 3.2;

interface Level {
  mesh: Mesh;
  corners: InstancedBufferAttribute;
  count: number;
}

export class Terrain {
  readonly group = new Group();
  /** How clearly the edges of tiles are drawn, 0 .. 1. */
  readonly own = { uGrid: { value: 0 } };
  private levels: Level[] = [];
  private chunks: { row: number; col: number; box: Box3 }[] = [];
  private relief: Relief | null = null;
  private readonly frustum = new Frustum();
  private readonly matrix = new Matrix4();
  private readonly middle = new Vector3();

  readonly material: ShaderMaterial;

  constructor(private readonly shared: Shared) {
    this.material = makeMaterial(shared, {
      vertex,
      fragment: `${lava}\n${fragment}`,
      own: { ...this.own, ...groundUniforms() },
    });
  }

  /** Takes the shape of a map. */
  shape(relief: Relief): void {
    const { size, samples, side } = relief;
    this.texture("uHeights", new DataTexture(relief.heights, size, size, RedFormat, FloatType), NearestFilter);
    this.texture("uSurface", new DataTexture(relief.surface, size, size, RGBAFormat), LinearFilter);
    this.shared.uSide.value = side;
    this.shared.uSamples.value = samples;
    if (this.relief?.side !== side || this.relief.samples !== samples) this.build(relief);
    this.relief = relief;
  }

  /** Sorts the chunks in sight by how finely they are drawn; `detail` below 1 is coarser. */
  update(camera: Camera, detail: number): void {
    this.matrix.multiplyMatrices(camera.projectionMatrix, camera.matrixWorldInverse);
    this.frustum.setFromProjectionMatrix(this.matrix);
    for (const level of this.levels) level.count = 0;
    for (const { row, col, box } of this.chunks) {
      if (!this.frustum.intersectsBox(box)) continue;
      const distance = box.distanceToPoint(this.middle.setFromMatrixPosition(camera.matrixWorld));
      const wanted = FAR.filter((far) => distance > far * detail).length;
      const level = this.levels[Math.min(wanted, this.levels.length - 1)];
      level.corners.setXY(level.count++, col, row);
    }
    for (const { mesh, corners, count } of this.levels) {
      mesh.visible = count > 0;
      (mesh.geometry as ReturnType<typeof instancedOf>).instanceCount = count;
      corners.needsUpdate = true;
    }
  }

  private texture(
    name: "uHeights" | "uSurface",
    texture: DataTexture,
    filter: typeof NearestFilter | typeof LinearFilter,
  ) {
    this.shared[name].value.dispose();
    texture.magFilter = texture.minFilter = filter;
    if (filter === LinearFilter) {
      texture.minFilter = LinearMipmapLinearFilter; // slopes and shadows far away average out
      texture.generateMipmaps = true;
    }
    texture.needsUpdate = true;
    this.shared[name].value = texture;
  }

  private build({ side, samples }: Relief): void {
    for (const { mesh } of this.levels) mesh.geometry.dispose();
    this.group.clear();
    const across = Math.ceil(side / CHUNK);
    this.chunks = Array.from({ length: across * across }, (_, i) => chunkAt(Math.floor(i / across), i % across, side));
    const steps = [1, 2, 4, 8, 16, 32].filter((step) => step <= 8 * samples);
    this.levels = steps.map((step) => {
      const geometry = instancedOf(grid(CHUNK * samples, step));
      const corners = new InstancedBufferAttribute(new Float32Array(this.chunks.length * 2), 2);
      corners.setUsage(DynamicDrawUsage);
      geometry.setAttribute("aChunk", corners);
      const mesh = instanced(geometry, this.material, Order.ground);
      this.group.add(mesh);
      return { mesh, corners, count: 0 };
    });
  }
}

function chunkAt(row: number, col: number, side: number) {
  const [north, west] = [row * CHUNK, col * CHUNK];
  const low = new Vector3(west, -2, north);
  const high = new Vector3(Math.min(west + CHUNK, side), HIGHEST, Math.min(north + CHUNK, side));
  return { row: north, col: west, box: new Box3(low, high) };
}

/** A square grid of points 0, step, ... extent, in units of samples, with a wall that hangs from its rim. */
function grid(extent: number, step: number): BufferGeometry {
  const n = extent / step + 1;
  const points: number[] = [];
  const skirt: number[] = [];
  for (let j = 0; j < n; j++) for (let i = 0; i < n; i++) points.push(i * step, 0, j * step);
  for (let k = 0; k < n * n; k++) skirt.push(0);
  const triangles: number[] = [];
  for (let j = 0; j + 1 < n; j++) {
    for (let i = 0; i + 1 < n; i++) {
      const a = j * n + i;
      triangles.push(a, a + n, a + 1, a + 1, a + n, a + n + 1);
    }
  }
  const rim = rimOf(n);
  const below = n * n;
  for (const k of rim) {
    points.push(points[3 * k], 0, points[3 * k + 2]);
    skirt.push(1);
  }
  rim.forEach((k, at) => {
    const next = (at + 1) % rim.length;
    triangles.push(k, rim[next], below + at, rim[next], below + next, below + at);
  });
  const geometry = new BufferGeometry();
  geometry.setAttribute("position", new BufferAttribute(new Float32Array(points), 3));
  geometry.setAttribute("aSkirt", new BufferAttribute(new Float32Array(skirt), 1));
  geometry.setIndex(triangles);
  return geometry;
}

/** The points along the edge of an n × n grid, so that the wall faces outwards. */
function rimOf(n: number): number[] {
  const run = Array.from({ length: n - 1 }, (_, k) => k);
  return [
    ...run.map((k) => k),
    ...run.map((k) => k * n + n - 1),
    ...run.map((k) => n * n - 1 - k),
    ...run.map((k) => (n - 1 - k) * n),
  ];
}
