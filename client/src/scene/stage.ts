/** The canvas: renderer, sky, size and quality of the picture. */

import {
  BufferAttribute,
  BufferGeometry,
  type Camera,
  Color,
  type Material,
  Mesh,
  Scene,
  SRGBColorSpace,
  WebGLRenderer,
} from "three";
import { EdgeFilter } from "./edges";
import { Layer, makeMaterial, Order } from "./material";
import { Quality } from "./quality";
import fragment from "./shaders/sky.frag?raw";
import vertex from "./shaders/sky.vert?raw";
import { setLight } from "./themes";
import type { Shared } from "./uniforms";

export class Stage {
  readonly scene = new Scene();
  readonly renderer: WebGLRenderer;
  readonly quality = new Quality();
  private readonly edges: EdgeFilter | null;
  private readonly own = { uTop: { value: new Color() } };

  /**
   * @param software whether it is drawn without a graphics processor, so that a filter smooths the edges.
   * @throws Error if the browser has no WebGL 2.
   */
  constructor(
    readonly canvas: HTMLCanvasElement,
    private readonly shared: Shared,
    software: boolean,
    private readonly resized: (width: number, height: number) => void,
  ) {
    this.renderer = new WebGLRenderer({ canvas, antialias: !software, powerPreference: "high-performance" });
    this.edges = software ? new EdgeFilter() : null;
    this.renderer.outputColorSpace = SRGBColorSpace;
    this.renderer.info.autoReset = false;
    this.renderer.debug.checkShaderErrors = import.meta.env.DEV; // asking costs a wait for the driver
    this.scene.matrixWorldAutoUpdate = false;
    this.scene.add(this.sky());
    new ResizeObserver(() => this.resize()).observe(canvas);
  }

  /** Has the driver compile the shaders of the scene and of these materials while the page still waits for the world. */
  warm(camera: Camera, materials: Material[]): void {
    const empty = new BufferGeometry();
    const extras = materials.map((material) => new Mesh(empty, material));
    this.scene.add(...extras);
    this.renderer.compile(this.scene, camera);
    this.scene.remove(...extras);
  }

  /** Draws the scene; what shines through comes after the filter, which would blur its letters and rings. */
  render(camera: Camera): void {
    const { renderer, scene, edges } = this;
    if (!edges) {
      camera.layers.enableAll();
      renderer.render(scene, camera);
      return;
    }
    camera.layers.set(Layer.solid);
    renderer.render(scene, camera);
    renderer.autoClear = false;
    edges.apply(renderer);
    camera.layers.set(Layer.clear);
    renderer.render(scene, camera);
    renderer.autoClear = true;
  }

  theme(theme: "dark" | "light"): void {
    setLight(this.shared, this.own, theme);
  }

  /** Fits the picture to the canvas and to the quality. */
  resize(): void {
    const [width, height] = [Math.max(this.canvas.clientWidth, 1), Math.max(this.canvas.clientHeight, 1)];
    const ratio = Math.min(devicePixelRatio, this.quality.level.pixelRatio);
    this.renderer.setPixelRatio(ratio);
    this.renderer.setSize(width, height, false);
    this.edges?.resize(this.canvas.width, this.canvas.height);
    this.shared.uViewport.value.set(width * ratio, height * ratio);
    this.shared.uPixelRatio.value = ratio;
    this.resized(width, height);
  }

  private sky(): Mesh {
    const geometry = new BufferGeometry();
    geometry.setAttribute("position", new BufferAttribute(new Float32Array([-1, -1, 0, 3, -1, 0, -1, 3, 0]), 3));
    const material = makeMaterial(this.shared, { vertex, fragment, own: this.own });
    material.depthWrite = false;
    const sky = new Mesh(geometry, material);
    sky.frustumCulled = false;
    sky.renderOrder = Order.sky;
    return sky;
  }
}
