// A quad for each thing that happens in a tick: what flies, what strikes, who comes and who goes.
in vec4 aEvent;  // kind, actor, other actor, damage; of a chip what it shows, of a word which
out vec2 vAt;
flat out int vKind;
flat out vec4 vTint;  // colour, a number of its own
flat out float vPhase;
flat out int vNumber;

const int SWING = 0, ARROW = 1, ORB = 2, IMPACT = 3, FROST = 4, BIRTH = 5, DEATH = 6;
const int COIN = 7, GOODS = 8, CHIP = 9, LEVEL = 10, BEAR = 11, SMOKE = 12, WORD = 13;

vec3 chest(Actor actor) {
  vec3 foot = actorPosition(actor);
  return foot + vec3(0.0, 0.62 * actorScale(foot), 0.0);
}

void main() {
  vKind = int(aEvent.x + 0.5);
  Actor actor = readActor(int(aEvent.y + 0.5));
  Actor other = readActor(int(aEvent.z + 0.5));
  vec3 a = chest(actor), b = chest(other);
  float scale = actorScale(a);
  vec3 right = vec3(viewMatrix[0][0], viewMatrix[1][0], viewMatrix[2][0]);
  vec3 up = vec3(viewMatrix[0][1], viewMatrix[1][1], viewMatrix[2][1]);
  vec3 middle = b;
  vec2 size = vec2(0.95);
  vAt = position.xy * 2.0;
  vPhase = struck();
  vTint = vec4(actor.colour.rgb, actor.action.w);
  if (vKind <= ORB) {
    float flight = clamp((swinging() - 0.35) / 0.65, 0.0, 1.0);
    vPhase = vKind == SWING ? swinging() : flight;
    vec3 way = b - a;
    vec3 along = length(way.xz) < 0.01 ? vec3(sin(actor.action.y), 0.0, cos(actor.action.y)) : normalize(way);
    if (vKind == SWING) {
      middle = a + along * 0.28 * scale;
      right = normalize(cross(vec3(0, 1, 0), along));
      up = along;
      size = vec2(1.75);
    } else {
      middle = mix(a, b, flight) + vec3(0.0, 1.1 * flight * (1.0 - flight) * (vKind == ARROW ? 0.5 : 0.25), 0.0);
      if (vKind == ARROW) {
        vec3 eye = normalize(cameraPosition - middle);
        right = normalize(along + vec3(0.0, (0.5 - flight) * 0.7, 0.0));
        up = normalize(cross(eye, right));
        size = vec2(0.95, 0.3);
      } else {
        size = vec2(0.85);
      }
    }
  } else if (vKind == FROST) {
    size = vec2(1.15);
  } else if (vKind == BIRTH || vKind == DEATH) {
    vPhase = uAlpha;
    middle = actorPosition(actor) + vec3(0.0, (vKind == BIRTH ? 1.0 : 0.55 + 0.9 * uAlpha) * scale, 0.0);
    size = vKind == BIRTH ? vec2(1.1, 2.3) : vec2(1.3);
    if (vKind == BIRTH) up = vec3(0, 1, 0);
  } else if (vKind == COIN || vKind == GOODS) {
    // Gold goes from the buyer to the seller in an arc, and the goods come back below it.
    float nth = vKind == COIN ? aEvent.w : 1.0;
    vPhase = clamp((uAlpha - 0.3 - 0.09 * nth) / 0.45, 0.0, 1.0);
    float way = length(b - a);
    float high = (vKind == COIN ? 0.75 + 0.12 * way : 0.3 + 0.04 * way) * scale;
    middle = mix(a, b, easeInOut(vPhase)) + vec3(0.0, 4.0 * vPhase * (1.0 - vPhase) * high, 0.0);
    size = vec2(vKind == COIN ? 0.3 : 0.42);
  } else if (vKind == CHIP) {
    bool down = int(aEvent.w + 0.5) >= 512;
    vPhase = clamp((uAlpha - 0.5) / 0.5, 0.0, 1.0);
    float rise = down ? 0.55 * (1.0 - vPhase) : 0.55 * easeInOut(vPhase * 1.5);
    middle = actorPosition(actor) + vec3(0.0, ((down ? 0.75 : 1.05) + rise + 0.4 * aEvent.z) * scale, 0.0);
    size = vec2(0.46);
  } else if (vKind == LEVEL || vKind == SMOKE || vKind == BEAR) {
    vPhase = uAlpha;
    middle = vKind == BEAR ? mix(a, b, 0.5) + vec3(0.0, (0.35 + 0.75 * uAlpha) * scale, 0.0)
                           : actorPosition(actor) + vec3(0.0, (vKind == LEVEL ? 0.9 : 0.7 + 0.6 * uAlpha) * scale, 0.0);
    size = vKind == LEVEL ? vec2(1.3, 2.0) : vKind == BEAR ? vec2(0.8) : vec2(0.9);
    if (vKind == LEVEL) up = vec3(0, 1, 0);
  } else if (vKind == WORD) {
    vPhase = uAlpha;
    middle = actorPosition(actor) + vec3(0.0, 1.66 * scale, 0.0) + right * 0.38 * scale;
    size = vec2(0.66);
  }
  vNumber = int(aEvent.w + 0.5);
  // among points of light there is no room for more than their flash
  float pixels = uTilePixels / (uPixelRatio * max(distance(middle, cameraPosition), 0.001));
  scale *= smoothstep(4.5, 8.0, pixels);
  vec3 place = middle + (right * position.x * size.x + up * position.y * size.y) * scale;
  vec4 clip = projectionMatrix * viewMatrix * vec4(place, 1.0);
  clip.z -= 0.002 * clip.w;
  gl_Position = clip;
}
