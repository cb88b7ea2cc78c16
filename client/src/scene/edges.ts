/** Smooth edges for a picture that is drawn in software, where multisampling would take nearly as long as all the rest. */

import { FramebufferTexture, LinearFilter, ShaderMaterial, Vector2, type WebGLRenderer } from "three";
import { FullScreenQuad } from "three/addons/postprocessing/Pass.js";
import { FXAAShader } from "three/addons/shaders/FXAAShader.js";

const SOFTWARE = /swiftshader|llvmpipe|softpipe|software|basic render/i;

/** Whether this browser draws WebGL without a graphics processor. */
export function drawsInSoftware(): boolean {
  const gl = document.createElement("canvas").getContext("webgl2");
  if (!gl) return false;
  const named = gl.getExtension("WEBGL_debug_renderer_info");
  const renderer = String(gl.getParameter(named ? named.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
  gl.getExtension("WEBGL_lose_context")?.loseContext();
  return SOFTWARE.test(renderer);
}

/** A filter (FXAA) over what has been drawn on the canvas. */
export class EdgeFilter {
  private drawn = makeTexture(1, 1);
  private readonly uniforms = { tDiffuse: { value: this.drawn }, resolution: { value: new Vector2(1, 1) } };
  private readonly quad = new FullScreenQuad(
    new ShaderMaterial({ ...FXAAShader, uniforms: this.uniforms, depthTest: false, depthWrite: false }),
  );

  /** @param width, height of the picture [px]. */
  resize(width: number, height: number): void {
    this.drawn.dispose();
    this.drawn = this.uniforms.tDiffuse.value = makeTexture(width, height);
    this.uniforms.resolution.value.set(1 / width, 1 / height);
  }

  /** Draws the picture once more, with its edges smoothed; depths stay as they are. */
  apply(renderer: WebGLRenderer): void {
    renderer.copyFramebufferToTexture(this.drawn);
    this.quad.render(renderer);
  }
}

function makeTexture(width: number, height: number): FramebufferTexture {
  const texture = new FramebufferTexture(width, height);
  texture.minFilter = texture.magFilter = LinearFilter;
  return texture;
}
