// Reads an actor from the texture that actors.ts fills.
uniform highp sampler2D uActors;
uniform float uSelected;
uniform float uHovered;

const int TEXELS = 8;
const int PER_ROW = 128;

struct Actor {
  vec4 from;    // x, y, z, heading
  vec4 to;
  vec4 colour;  // red, green, blue, state
  vec4 vitals;  // health, food, water, damage
  vec4 action;  // style or -1, direction, freeze, a number of its own
  vec4 extra;   // age, hidden, cause of death, what it is: 0 an agent, else see creatures.ts
};

vec4 actorTexel(int row, int texel) {
  return texelFetch(uActors, ivec2((row % PER_ROW) * TEXELS + texel, row / PER_ROW), 0);
}

Actor readActor(int row) {
  return Actor(actorTexel(row, 0), actorTexel(row, 1), actorTexel(row, 2), actorTexel(row, 3), actorTexel(row, 4),
               actorTexel(row, 5));
}

// Weapon, armour (metals from 1, 0 none), work, style.
vec4 gearOf(int row) {
  return actorTexel(row, 6);
}

vec3 actorPosition(Actor actor) {
  return mix(actor.from.xyz, actor.to.xyz, walked());
}

// Far away figures are drawn larger than they are, so that nobody is lost on a large map; picking.ts has the same.
float actorScale(vec3 place) {
  float pixels = uTilePixels / (uPixelRatio * max(distance(place, cameraPosition), 0.001));
  float least = mix(9.0, 15.0, smoothstep(5.0, 9.0, pixels));
  return clamp(least / pixels, 1.0, 10.0);
}
