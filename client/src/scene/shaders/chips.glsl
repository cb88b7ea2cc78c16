// Small pictures of things: what was made, eaten, traded or taken. Numbers are those of deeds.ts.
const int COIN_ = 0, FISH_ = 1, MEAT_ = 2, MEAL_ = 3, ORE_ = 4, SWORD_ = 5, KNIVES_ = 6, STAFF_ = 7, ARMOUR_ = 8;

vec3 tintOf(int tint) {
  if (tint == 1) return srgb(222., 130., 62.);
  if (tint == 2) return srgb(214., 222., 230.);
  if (tint == 3) return srgb(128., 136., 156.);
  if (tint == 4) return srgb(244., 150., 128.);
  if (tint == 5) return srgb(140., 178., 214.);
  if (tint == 6) return srgb(96., 140., 190.);
  if (tint == 7) return srgb(240., 206., 168.);
  return srgb(150., 178., 96.);
}

float stroke(vec2 at, vec2 a, vec2 b, float wide) {
  vec2 way = b - a;
  float along = clamp(dot(at - a, way) / dot(way, way), 0.0, 1.0);
  return length(at - a - along * way) - wide;
}

float boxed(vec2 at, vec2 half_) {
  vec2 out_ = abs(at) - half_;
  return length(max(out_, 0.0)) + min(max(out_.x, out_.y), 0.0);
}

// Distance to the outline of a thing, below 0 within, and its colour.
float outline(vec2 at, int form, int tint, inout vec3 colour) {
  vec3 own = tintOf(tint);
  colour = own;
  if (form == FISH_) {
    float body = length(vec2(at.x + 0.1, at.y * 1.9)) - 0.55;
    float tail = max(abs(at.y) - (at.x - 0.3) * 0.9, max(at.x - 0.78, 0.3 - at.x));
    colour = length(at - vec2(-0.38, 0.08)) < 0.08 ? vec3(0.02) : own;
    return min(body, tail);
  }
  if (form == MEAT_) {
    colour = at.x + at.y > 0.42 ? vec3(0.92) : mix(own, srgb(206., 92., 72.), 0.45);
    return min(length(at - vec2(-0.16, -0.14)) - 0.48, stroke(at, vec2(0.1, 0.1), vec2(0.58, 0.58), 0.11));
  }
  if (form == MEAL_) {
    float plate = length(vec2(at.x, (at.y + 0.18) * 1.7)) - 0.74;
    float food = length(vec2(at.x * 0.9, (at.y - 0.12) * 1.25)) - 0.4;
    colour = food < 0.0 ? mix(own, srgb(176., 98., 44.), 0.6) : vec3(0.86);
    return min(plate, food);
  }
  if (form == ORE_) {
    float rock = max(length(at) - 0.66, dot(abs(at), vec2(0.8, 0.62)) - 0.56);
    colour = fract(at.x * 1.9 + at.y * 1.3) > 0.62 ? own : srgb(96., 92., 100.);
    return rock;
  }
  if (form == SWORD_ || form == KNIVES_) {
    float blade = stroke(at, vec2(-0.3, -0.3), vec2(0.6, 0.6), form == SWORD_ ? 0.11 : 0.08);
    float guard = stroke(at, vec2(-0.5, 0.0), vec2(0.0, -0.5), 0.09);
    float grip = stroke(at, vec2(-0.6, -0.6), vec2(-0.32, -0.32), 0.1);
    float twin = form == KNIVES_ ? min(stroke(at, vec2(0.1, -0.5), vec2(0.66, 0.06), 0.08), stroke(at, vec2(-0.1, -0.7), vec2(0.06, -0.54), 0.1)) : 1.0;
    colour = grip < 0.0 ? srgb(120., 82., 48.) : own;
    return min(min(blade, min(grip, twin)), form == SWORD_ ? guard : 1.0);
  }
  if (form == STAFF_) {
    float pole = stroke(at, vec2(-0.6, -0.6), vec2(0.4, 0.4), 0.09);
    float gem = length(at - vec2(0.48, 0.48)) - 0.22;
    colour = gem < 0.0 ? mix(own, srgb(130., 215., 255.), 0.6) : srgb(120., 82., 48.);
    return min(pole, gem);
  }
  if (form == ARMOUR_) {
    float chest = boxed(at - vec2(0.0, -0.1), vec2(0.4, 0.5)) - 0.1;
    float arms = boxed(at - vec2(0.0, 0.32), vec2(0.66, 0.14)) - 0.1;
    return max(min(chest, arms), 0.2 - length(at - vec2(0.0, 0.66)));
  }
  colour = srgb(226., 200., 140.);
  return boxed(at, vec2(0.4)) - 0.1;
}

// A chip in the square -1 .. 1: its colour and how much it covers; `turn` spins a coin.
vec4 chip(vec2 at, int number, float turn) {
  int form = number & 15, tint = number >> 4;
  vec3 colour = srgb(250., 200., 70.);
  float away;
  if (form == COIN_) {
    float flat_ = max(abs(cos(turn)), 0.22);
    vec2 face = vec2(at.x / flat_, at.y);
    away = (length(face) - 0.72) * flat_;
    colour *= abs(length(face) - 0.5) < 0.07 ? 0.6 : 0.85 + 0.3 * smoothstep(0.7, -0.7, at.y - at.x);
  } else away = outline(at, form, tint, colour) ;
  float soft = fwidth(away) + 0.01;
  float body = 1.0 - smoothstep(-soft, soft, away);
  float rim = 1.0 - smoothstep(0.1 - soft, 0.1 + soft, away);
  float light = form == COIN_ ? 1.0 : 0.85 + 0.25 * at.y;
  return vec4(mix(vec3(0.015, 0.02, 0.03), colour * light, body), 1.0) * rim;
}
