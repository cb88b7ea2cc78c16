in float aRow;   // whose figure it is
in float aPart;  // see figure.ts
out vec3 vNormal;
out vec3 vLocal;
out vec3 vTint;
flat out float vFar;
out vec3 vMood;  // flash of a hit, frost, fade of death
flat out float vPart;

const float BODY = 0.0, HEAD = 1.0, LEFT_ARM = 2.0, RIGHT_ARM = 3.0, LEFT_FOOT = 4.0, RIGHT_FOOT = 5.0;

mat3 aroundX(float angle) {
  float c = cos(angle), s = sin(angle);
  return mat3(1, 0, 0, 0, c, s, 0, -s, c);
}

mat3 aroundY(float angle) {
  float c = cos(angle), s = sin(angle);
  return mat3(c, 0, -s, 0, 1, 0, s, 0, c);
}

mat3 aroundZ(float angle) {
  float c = cos(angle), s = sin(angle);
  return mat3(c, s, 0, -s, c, 0, 0, 0, 1);
}

// Angles of the arms about x while the style strikes; y is the right arm.
vec2 armsOf(int style, float swing) {
  float out_ = sin(3.14159 * swing);
  if (style == 0) return vec2(0.3 * out_, mix(-2.7, 0.9, easeInOut(swing * 1.35)) * step(0.001, swing) * step(swing, 0.999));
  if (style == 1) return vec2(-1.5 * out_, -1.3 * out_);
  return vec2(-2.5 * out_, -2.5 * out_);
}

void main() {
  Actor actor = readActor(int(aRow + 0.5));
  vec3 foot = actorPosition(actor);
  float far = distance(actor.from.xz, actor.to.xz);
  float stride = smoothstep(0.05, 0.4, far) * step(uAlpha, 0.66);
  float pace = walked() * 6.28318 * max(1.0, floor(far + 0.5));
  float beat = sin(pace + 3.0 * actor.action.w);
  int style = int(actor.action.x);
  bool strikes = actor.action.x >= 0.0;
  float swing = strikes ? swinging() : 0.0;
  bool dying = actor.colour.a > 1.5;
  bool born = actor.colour.a > 0.5 && !dying;
  float frozen = actor.action.z > 0.0 ? 1.0 : 0.0;
  float idle = (1.0 - frozen) * sin(uTime * 2.1 + 40.0 * actor.action.w);

  vec3 local = position;
  vec3 normal_ = normal;
  vec2 arms = strikes ? armsOf(style, swing) : vec2(0.0);
  if (aPart == LEFT_ARM || aPart == RIGHT_ARM) {
    float side = aPart == LEFT_ARM ? 1.0 : -1.0;
    float angle = (aPart == LEFT_ARM ? arms.x : arms.y) + side * beat * 0.7 * stride;
    vec3 shoulder = vec3(side * 0.17, 0.56, 0.0);
    mat3 turn = aroundX(angle) * aroundZ(side * (0.18 + 0.03 * idle));
    local = shoulder + turn * (local - shoulder);
    normal_ = turn * normal_;
  } else if (aPart == LEFT_FOOT || aPart == RIGHT_FOOT) {
    float side = aPart == LEFT_FOOT ? 1.0 : -1.0;
    local.z -= side * beat * 0.16 * stride;
    local.y += max(side * beat, 0.0) * 0.1 * stride;
  } else {
    local.y += 0.05 * abs(beat) * stride + 0.008 * idle;
    local.x += 0.03 * beat * stride * local.y;
    if (aPart >= HEAD) local.y += 0.012 * idle;
  }
  local.z += strikes && style == 0 ? 0.3 * sin(3.14159 * swing) * local.y : 0.0;
  local.y += strikes && style == 2 ? 0.16 * sin(3.14159 * swing) : 0.0;

  float blow = actor.vitals.w > 0.0 ? sin(3.14159 * struck()) : 0.0;
  local.xz *= 1.0 + 0.14 * blow;
  local.y *= 1.0 - 0.14 * blow;
  if (born) local *= easeInOut(uAlpha * 1.6) * (1.0 + 0.25 * sin(3.14159 * min(uAlpha * 1.6, 1.0)));
  float fade = dying ? smoothstep(0.45, 1.0, uAlpha) : 0.0;
  if (dying) {
    mat3 fall = aroundX(-1.45 * easeInOut((uAlpha - 0.5) / 0.35));
    local = fall * local;
    normal_ = fall * normal_;
    local.y -= 0.35 * fade;
  }

  float aimed = strikes ? easeInOut((uAlpha - 0.25) / 0.2) * (1.0 - easeInOut((uAlpha - 0.85) / 0.15)) : 0.0;
  float walkTurn = mix(actor.from.w, actor.to.w, easeInOut(uAlpha / 0.25));
  mat3 heading = aroundY(mix(walkTurn, actor.action.y, aimed));
  vNormal = heading * normal_;
  vLocal = position;
  vTint = actor.colour.rgb;
  vPart = aPart;
  vMood = vec3(blow, frozen, fade);
  vFar = smoothstep(1.0, 1.8, actorScale(foot));
  vec3 place = foot + heading * local * 1.12 * actorScale(foot) * (1.0 - actor.extra.y);
  gl_Position = projectionMatrix * viewMatrix * vec4(place, 1.0);
}
