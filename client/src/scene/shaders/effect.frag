in vec2 vAt;
flat in int vKind;
flat in vec4 vTint;
flat in float vPhase;
flat in int vNumber;

const int SWING = 0, ARROW = 1, ORB = 2, IMPACT = 3, FROST = 4, BIRTH = 5, DEATH = 6;
const int COIN = 7, GOODS = 8, CHIP = 9, LEVEL = 10, BEAR = 11, SMOKE = 12, WORD = 13;

// Each returns a colour and, in its last number, how much it covers: 0 adds light, 1 hides what is behind.
vec4 swing(float r, float angle) {
  float head = mix(-1.5, 1.5, easeInOut(vPhase * 1.2));
  float behind = head - angle;
  float tail = smoothstep(1.7, 0.0, behind) * step(0.0, behind);
  float blade = smoothstep(0.16, 0.0, abs(r - 0.74)) * tail * sin(3.14159 * vPhase);
  return vec4(mix(vec3(1.0), vTint.rgb, 0.25), 0.75) * blade;
}

vec4 arrow() {
  float shaft = smoothstep(0.1, 0.03, abs(vAt.y)) * step(-0.35, vAt.x) * step(vAt.x, 0.75);
  float tip = step(0.62, vAt.x) * step(abs(vAt.y), (1.0 - vAt.x) * 0.9);
  float feather = step(vAt.x, -0.2) * step(-0.42, vAt.x) * step(abs(vAt.y), 0.32 - 0.3 * abs(vAt.x + 0.2));
  float trail = 0.4 * smoothstep(-1.0, 0.3, vAt.x) * smoothstep(0.2, 0.0, abs(vAt.y)) * step(vAt.x, 0.0);
  float flying = step(0.001, vPhase) * step(vPhase, 0.999);
  float body = max(max(shaft, tip), feather);
  vec3 wood = mix(vec3(0.42, 0.26, 0.12), vec3(0.9), max(tip, feather * 0.8));
  return vec4(wood * body + vec3(1.0, 0.95, 0.8) * trail * (1.0 - body), body) * flying;
}

vec4 orb(float r) {
  float core = smoothstep(0.36, 0.1, r);
  float glow = pow(max(1.0 - r, 0.0), 2.2);
  float flicker = 0.85 + 0.15 * sin(uTime * 23.0 + vTint.a * 50.0);
  float flying = smoothstep(0.0, 0.12, vPhase) * step(vPhase, 0.999);
  return vec4(vec3(0.35, 0.72, 1.0) * glow * flicker + core, core * 0.8) * flying;
}

vec4 impact(float r, float angle) {
  float reach = 0.25 + 0.75 * sqrt(vPhase);
  float rays = 0.55 + 0.45 * sin(angle * 7.0 + vTint.a * 30.0);
  float burst = smoothstep(0.16, 0.0, abs(r - reach * (0.7 + 0.3 * rays))) * (1.0 - vPhase);
  float core = smoothstep(0.5, 0.0, r) * (1.0 - vPhase) * step(0.001, vPhase);
  vec3 light = vec3(1.0, 0.42, 0.12) * 0.6 * burst * step(0.001, vPhase) + vec3(1.0, 0.6, 0.25) * 0.28 * core * core;
  return vec4(light, 0.25 * burst);
}

vec4 frost(float r, float angle) {
  float grow = sqrt(vPhase);
  float arms = pow(abs(cos(angle * 3.0)), 24.0);
  float twigs = pow(abs(cos(angle * 3.0)), 5.0) * smoothstep(0.08, 0.0, abs(fract(r * 4.0) - 0.5) - 0.08);
  float flake = (arms + 0.5 * twigs) * smoothstep(grow, grow - 0.2, r) * smoothstep(0.02, 0.1, r);
  float ring = smoothstep(0.1, 0.0, abs(r - grow)) * 0.6;
  float shown = step(0.001, vPhase) * (1.0 - vPhase * vPhase);
  return vec4(vec3(0.35, 0.7, 1.0) * 0.55 * (flake + ring), 0.5 * flake) * shown;
}

vec4 birth() {
  float column = smoothstep(0.75, 0.0, abs(vAt.x)) * smoothstep(1.0, -0.6, vAt.y) * smoothstep(-1.0, -0.85, vAt.y);
  float sparks = smoothstep(0.72, 0.9, texture(uNoise, vec2(vAt.x * 0.3 + vTint.a, vAt.y * 0.3 - vPhase * 0.5)).r);
  float shown = sin(3.14159 * vPhase);
  return vec4(mix(vTint.rgb, vec3(1.0), 0.5) * (0.55 * column + sparks * column) * shown, 0.0);
}

vec4 death(float r) {
  float puff = texture(uNoise, vAt * 0.22 + vTint.a + vec2(0.0, -0.25 * vPhase)).g;
  float cloud = smoothstep(1.0, 0.2, r + 0.55 * (1.0 - puff)) * smoothstep(0.4, 0.65, vPhase) * (1.0 - smoothstep(0.7, 1.0, vPhase));
  return vec4(mix(vec3(0.75), vTint.rgb, 0.45) * cloud, cloud) * 0.7;
}

// Who gains a level: a column of gold with rings that rise.
vec4 level() {
  float beam = smoothstep(0.6, 0.0, abs(vAt.x)) * smoothstep(1.0, -0.7, vAt.y) * smoothstep(-1.0, -0.9, vAt.y);
  float shown = sin(3.14159 * vPhase);
  float rings = 0.0;
  for (int k = 0; k < 3; k++) {
    float up = fract(vPhase * 1.1 + float(k) * 0.33) * 1.8 - 0.95;
    vec2 at = vec2(vAt.x, (vAt.y - up) * 4.5);
    rings += smoothstep(0.14, 0.02, abs(length(at) - 0.62)) * (1.0 - 0.5 * (up + 0.95));
  }
  float sparks = smoothstep(0.74, 0.9, texture(uNoise, vec2(vAt.x * 0.32 + vTint.a, vAt.y * 0.3 - vPhase * 0.6)).r);
  return vec4(vec3(1.0, 0.72, 0.2) * (0.16 * beam + 0.5 * sparks * beam + 0.6 * rings) * shown, 0.0);
}

// A heart that rises between mother and child.
vec4 heart() {
  vec2 at = vec2(vAt.x, vAt.y - 0.1) * 1.35;
  float curve = at.x * at.x + pow(at.y - 0.75 * sqrt(abs(at.x)) * 0.8, 2.0);
  float body = smoothstep(0.66, 0.58, curve);
  float glow = 0.14 * smoothstep(1.05, 0.55, curve) * (1.0 - body) * smoothstep(1.0, 0.8, max(abs(vAt.x), abs(vAt.y)));
  float shown = smoothstep(0.1, 0.3, vPhase) * (1.0 - smoothstep(0.8, 1.0, vPhase));
  return vec4(vec3(0.95, 0.16, 0.28) * (body + glow), body) * shown;
}

vec4 smoke(float r) {
  float puff = texture(uNoise, vAt * 0.2 + vTint.a + vec2(0.0, -0.3 * vPhase)).g;
  float cloud = smoothstep(1.0, 0.25, r + 0.55 * (1.0 - puff)) * smoothstep(0.5, 0.65, vPhase) * (1.0 - smoothstep(0.75, 1.0, vPhase));
  return vec4(vec3(0.07), 0.75) * cloud;
}

// A word: a bubble with a rune, whose branches are the bits of its number.
vec4 word(float shown) {
  vec2 at = vAt;
  float box = length(max(abs(at - vec2(0.0, 0.12)) - vec2(0.42, 0.4), 0.0));
  float tail = step(abs(at.x + 0.42 + 0.2 * (at.y + 0.3)), 0.11 * smoothstep(-0.72, -0.3, at.y)) * step(at.y, -0.2);
  float inside = max(1.0 - smoothstep(0.2, 0.24, box), tail);
  float rim = max(1.0 - smoothstep(0.26, 0.3, box), tail) - inside;
  vec2 ink = (at - vec2(0.0, 0.12)) / 0.46;
  float rune = step(abs(ink.x), 0.13) * step(abs(ink.y), 1.0);
  for (int k = 0; k < 6; k++) {
    if (((vNumber >> k) & 1) == 0) continue;
    float side = (k & 1) == 0 ? 1.0 : -1.0;
    float from = 0.85 - 0.62 * float(k >> 1);
    float along = ink.x * side;
    rune = max(rune, step(0.0, along) * step(along, 0.85) * step(abs(ink.y - from + 0.5 * along), 0.17));
  }
  vec3 paper = mix(vec3(0.93, 0.9, 0.82), srgb(34., 40., 66.), rune * inside);
  return vec4(paper * inside, max(inside, 0.7 * rim)) * shown;
}

void main() {
  float r = length(vAt);
  float angle = atan(vAt.x, vAt.y);
  vec4 colour = vec4(0.0);
  if (vKind == SWING) colour = swing(r, angle);
  else if (vKind == ARROW) colour = arrow();
  else if (vKind == ORB) colour = orb(r);
  else if (vKind == IMPACT) colour = impact(r, angle);
  else if (vKind == FROST) colour = frost(r, angle);
  else if (vKind == BIRTH) colour = birth();
  else if (vKind == DEATH) colour = death(r);
  else if (vKind == COIN) colour = chip(vAt, 0, uAlpha * 9.0 + float(vNumber)) * step(0.001, vPhase) * step(vPhase, 0.999);
  else if (vKind == GOODS) colour = chip(vAt, vNumber, 0.0) * step(0.001, vPhase) * step(vPhase, 0.999);
  else if (vKind == CHIP) colour = chip(vAt, vNumber & 511, 0.0) * smoothstep(0.0, 0.15, vPhase) * (1.0 - smoothstep(0.82, 1.0, vPhase));
  else if (vKind == LEVEL) colour = level();
  else if (vKind == BEAR) colour = heart();
  else if (vKind == SMOKE) colour = smoke(r);
  else colour = word(smoothstep(0.0, 0.15, vPhase) * (1.0 - 0.25 * smoothstep(0.9, 1.0, vPhase)));
  if (max(max(colour.r, colour.g), max(colour.b, colour.a)) < 0.004) discard;
  gl_FragColor = colour;
  #include <colorspace_fragment>
}
