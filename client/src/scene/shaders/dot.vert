// Who is too far away to be a figure: a point of light in the colour of the population, with a glow around it.
in float aRow;
out vec2 vAt;
out vec4 vTint;   // colour, how much of it is shown
out float vCore;  // radius of the point, as a share of the glow's

void main() {
  Actor actor = readActor(int(aRow + 0.5));
  vec3 foot = actorPosition(actor);
  float pixels = uTilePixels / max(distance(foot, cameraPosition), 0.001);
  float core = clamp(0.6 * pixels, 1.9 * uPixelRatio, 2.8 * uPixelRatio);
  float glow = core + 5.0 * uPixelRatio;
  float blow = actor.vitals.w > 0.0 && actor.colour.a < 1.5 ? sin(3.14159 * struck()) : 0.0;
  vTint = vec4(mix(actor.colour.rgb, vec3(1.0, 0.9, 0.75), 0.8 * blow), 1.0 - actor.extra.y);
  if (actor.colour.a > 1.5) vTint.a *= 1.0 - uAlpha;
  else if (actor.colour.a > 0.5) vTint.a *= uAlpha;
  vCore = core / glow;
  vAt = position.xy * 2.0;
  vec4 clip = projectionMatrix * viewMatrix * vec4(foot + vec3(0.0, 0.4, 0.0), 1.0);
  // The disc stands before the ground that it hides.
  vec3 before = foot + normalize(cameraPosition - foot) * (1.0 + 1.5 * glow / pixels);
  vec4 depth = projectionMatrix * viewMatrix * vec4(before, 1.0);
  clip.z = depth.z / depth.w * clip.w;
  clip.xy += vAt * glow * 2.0 / uViewport * clip.w;
  gl_Position = vTint.a > 0.01 ? clip : vec4(2.0, 2.0, 2.0, 1.0);
}
