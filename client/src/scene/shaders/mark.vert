// A flat quad under each actor: its shadow, and the ring of who is selected or pointed at.
in float aRow;
out vec2 vAt;
out vec3 vTint;
out vec4 vShow;  // shadow, selected, hovered, far

void main() {
  Actor actor = readActor(int(aRow + 0.5));
  vec3 foot = actorPosition(actor);
  float selected = float(int(aRow + 0.5) == int(uSelected));
  float hovered = float(int(aRow + 0.5) == int(uHovered));
  float dying = actor.colour.a > 1.5 ? 1.0 - uAlpha : 1.0;
  vAt = position.xz * 2.0;
  vTint = actor.colour.rgb;
  vShow = vec4(dying * (1.0 - actor.extra.y), selected, hovered, smoothstep(1.0, 1.8, actorScale(foot)));
  int kind = int(actor.extra.w + 0.5);  // 1 is a chicken, 4 a brute
  float own = kind == 1 ? 0.55 : kind == 4 ? 1.1 : 0.86;
  float reach = max(selected, hovered) > 0.5 ? 1.7 : own;
  vAt *= reach / own;
  vec3 place = foot + vec3(position.x, 0.0, position.z) * reach * actorScale(foot) + vec3(0.0, 0.045, 0.0);
  vec4 clip = projectionMatrix * viewMatrix * vec4(place, 1.0);
  clip.z -= 0.0012 * clip.w;  // above the grass it lies on
  gl_Position = clip;
}
