uniform highp sampler2D uTiles;
uniform float uSide;
uniform float uClock;
uniform float uOverlayShare;
uniform vec3 uSight;
uniform vec4 uFocus;

in vec4 aTree;   // x, ground, z, size
in vec2 aKind;   // 0 conifer .. 1 broadleaf, 2 a crystal of ore; a number of its own
in float aStands; // the material that bears it
in float aCrown; // 0 on the stump, 1 on the crown
out vec3 vPlace;
out float vStands;
out float vCrown;
out float vTone;
out float vUnseen;
out float vVeil;

// How far the crown is out, after a change of the tile some seconds ago.
float grown() {
  vec4 texel = texelFetch(uTiles, ivec2(aTree.xz), 0) * 255.0 + 0.5;
  float since = mod(uClock - mod(floor(texel.b), 128.0) * 256.0 - floor(texel.a) + 32768.0, 32768.0) / 16.0;
  bool now = int(texel.r) == int(aStands + 0.5);
  bool before = int(texel.g) == int(aStands + 0.5);
  float t = clamp((since - 0.5 * aKind.y) / (now ? 2.6 : 0.7), 0.0, 1.0);
  float sprung = 1.0 - exp(-5.0 * t) * cos(7.0 * t) * (1.0 - t);
  return now ? (before ? 1.0 : sprung) : (before ? 1.0 - easeInOut(t) : 0.0);
}

// Outline of a crown at height t: three skirts of a conifer, or a round top.
float radius(float t) {
  float skirts = (1.0 - t) * (0.62 + 0.38 * (1.0 - fract(t * 2.999)));
  float round_ = sqrt(max(1.0 - pow(2.0 * t - 0.92, 2.0) * 0.93, 0.0)) * 0.95;
  return mix(skirts, round_, aKind.x);
}

void main() {
  float pixels = uTilePixels / (uPixelRatio * max(distance(aTree.xyz, cameraPosition), 0.001));
  float out_ = grown() * mix(1.0, 0.5, uOverlayShare) * smoothstep(3.0, 5.0, pixels);  // farther away they are part of the ground
  vec3 local = position;
  if (aKind.x > 1.5) {
    // A prism with a point, which leans one way.
    float t = position.y;
    float wide = 0.2 * (t < 0.62 ? mix(0.8, 1.0, t / 0.62) : (1.0 - t) / 0.38);
    local = vec3(position.x * wide, t * (0.55 + 0.45 * aKind.y), position.z * wide) * out_ * aCrown;
    float lean = 6.28318 * fract(aKind.y * 7.31);
    local.xz += 0.45 * local.y * vec2(sin(lean), cos(lean));
    local.y -= 0.06;
  } else if (aCrown > 0.5) {
    float t = position.y;
    float angle = atan(position.x, position.z);
    float lump = 1.0 + 0.13 * sin(angle * 3.0 + 17.0 * aKind.y) + 0.07 * sin(angle * 5.0 + t * 9.0 + 5.0 * aKind.y);
    float tall = mix(1.28, 0.86, aKind.x);
    local = vec3(position.xz * radius(t) * 0.36 * lump, 0.0).xzy * out_;
    local.y = (0.16 + t * tall) * mix(0.15, 1.0, out_);
    float sway = sin(uTime * 1.1 + aTree.x * 0.7 + aTree.z * 0.9) * 0.035 * t * t;
    local.xz += vec2(sway, sway * 0.6);
  }
  vec3 place = aTree.xyz + local * aTree.w;
  vPlace = place;
  vStands = aStands;
  vCrown = aCrown > 0.5 ? position.y + 0.001 : 0.0;
  vTone = aKind.y;
  vec2 away = abs(floor(aTree.xz) - uSight.xy);
  vUnseen = uSight.z >= 0.0 ? step(uSight.z + 0.5, max(away.x, away.y)) : 0.0;
  // Trees between the camera and whom it follows become a veil.
  vec3 followed = (viewMatrix * vec4(uFocus.xyz + vec3(0.0, 0.5, 0.0), 1.0)).xyz;
  vec3 middle = (viewMatrix * vec4(aTree.xyz + vec3(0.0, 0.7, 0.0), 1.0)).xyz;
  float aside = distance(middle.xy * followed.z / middle.z, followed.xy);
  vVeil = uFocus.w * smoothstep(0.2, 0.5, middle.z - followed.z) * smoothstep(1.5, 0.8, aside);
  gl_Position = projectionMatrix * viewMatrix * vec4(place, 1.0);
}
