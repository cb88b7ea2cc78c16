// Three bars above each actor's head, of constant size on the screen.
uniform float uBarsFrom;  // pixels a tile must take before they are drawn
in float aRow;
out vec2 vAt;
out vec3 vVitals;
out vec4 vTint;

const vec2 SIZE = vec2(34.0, 15.0);

void main() {
  Actor actor = readActor(int(aRow + 0.5));
  vec3 foot = actorPosition(actor);
  int kind = int(actor.extra.w + 0.5);  // 1 is a chicken, 4 a brute
  float tall = kind == 1 ? 0.72 : kind == 4 ? 1.62 : 1.28;
  vec4 clip = projectionMatrix * viewMatrix * vec4(foot + vec3(0.0, tall * actorScale(foot), 0.0), 1.0);
  float pixels = uTilePixels / max(distance(foot, cameraPosition), 0.001) / uPixelRatio;
  bool chosen = int(aRow + 0.5) == int(uSelected) || int(aRow + 0.5) == int(uHovered);
  float shown = chosen ? 1.0 : smoothstep(uBarsFrom, uBarsFrom * 1.35, pixels) * (1.0 - actor.extra.y);
  shown *= actor.colour.a > 1.5 ? 0.0 : 1.0;
  float size = clamp(pixels / 44.0, 0.62, 1.0) * uPixelRatio;
  clip.xy += (position.xy * SIZE * size + vec2(0.0, 0.5 * SIZE.y * size)) * 2.0 / uViewport * clip.w;
  vAt = position.xy + 0.5;
  vVitals = actor.vitals.xyz;
  vTint = vec4(actor.colour.rgb, shown);
  gl_Position = shown > 0.01 ? clip : vec4(2.0, 2.0, 2.0, 1.0);
}
