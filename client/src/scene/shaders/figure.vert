in float aRow;   // whose figure it is
in float aPart;  // see figure.ts
#ifdef GEAR
in float aGear;  // which thing, see kit.ts
in float aInk;   // what it is made of
out float vInk;
flat out float vMetal;
const int SWORD = 1, KNIFE = 2, STAFF = 3, ARMOUR = 4, ROD = 5, PICK = 6, LADLE = 7, HAMMER = 8, MEAL = 9;
const vec3 TIP = vec3(-0.22, 0.2, 0.86);  // of the rod
const float LINE = 6.0, FLOAT = 7.0;  // parts of a rod that hang free
#endif
out vec3 vNormal;
out vec3 vLocal;
out vec3 vTint;
flat out float vFar;
out vec3 vMood;  // flash of a hit, frost, fade of death
flat out float vPart;

const float BODY = 0.0, HEAD = 1.0, LEFT_ARM = 2.0, RIGHT_ARM = 3.0, LEFT_FOOT = 4.0, RIGHT_FOOT = 5.0;
const int FISH = 1, MINE = 2, COOK = 3, SMITH = 4, EAT = 5;

// Angles of the arms about x while the style strikes; y is the right arm.
vec2 armsOf(int style, float swing) {
  float out_ = sin(3.14159 * swing);
  if (style == 0) return vec2(0.3 * out_, strikingArm(swing));
  if (style == 1) return vec2(-1.5 * out_, -1.3 * out_);
  return vec2(-2.5 * out_, -2.5 * out_);
}

// The same at work; `own` is a number that lets each have a beat of its own.
vec2 armsAt(int work, float own) {
  float beat = sin(uTime * 6.0 + 40.0 * own);
  if (work == FISH) {
    float thrown = sin(3.14159 * clamp((uAlpha - 0.62) / 0.3, 0.0, 1.0));
    return vec2(-0.75, -1.0 - 1.1 * thrown + 0.05 * sin(uTime * 1.7 + 40.0 * own));
  }
  if (work == MINE || work == SMITH) {
    float phase = fract(uAlpha * (work == MINE ? 2.0 : 3.0) + own);
    float high = work == MINE ? -2.7 : -1.9;
    float angle = mix(high, -0.35, easeInOut(phase * 2.4)) + (high + 0.35) * easeInOut((phase - 0.5) * 2.0);
    return vec2(work == MINE ? angle + 0.2 : -0.6, angle);
  }
  if (work == COOK) return vec2(-0.35, -1.05 + 0.16 * beat);
  return vec2(-0.2, -1.95 + 0.16 * beat);
}

void main() {
  Actor actor = readActor(int(aRow + 0.5));
  vec4 gear = gearOf(int(aRow + 0.5));
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
  // Who walks works once it is there.
  int work = strikes || actor.colour.a > 0.5 ? 0 : int(gear.z + 0.5);
  float busy = work == 0 ? 0.0 : mix(1.0, smoothstep(0.58, 0.7, uAlpha), smoothstep(0.05, 0.4, far));
  vec2 arms = strikes ? armsOf(style, swing) : work > 0 ? busy * armsAt(work, actor.action.w) : vec2(0.0);
  bool arm = aPart == LEFT_ARM || aPart == RIGHT_ARM;
#ifdef GEAR
  int thing = int(aGear + 0.5);
  int tool = work == FISH ? ROD : work == MINE ? PICK : work == COOK ? LADLE : work == SMITH ? HAMMER : work == EAT ? MEAL : 0;
  int arm_ = gear.x < 0.5 ? 0 : int(gear.w + 0.5) == 1 ? KNIFE : int(gear.w + 0.5) == 2 ? STAFF : SWORD;
  bool held = thing == ARMOUR ? gear.y > 0.5 : busy > 0.5 ? thing == tool : thing == arm_;
  bool hangs = aPart == LINE || aPart == FLOAT;
  vInk = aInk;
  vMetal = thing == ARMOUR ? gear.y : thing <= STAFF ? gear.x : 3.0;
  arm = arm || hangs;
#endif
  if (arm) {
    float side = aPart == LEFT_ARM ? 1.0 : -1.0;
    float angle = (aPart == LEFT_ARM ? arms.x : arms.y) + side * beat * 0.7 * stride;
    vec3 shoulder = vec3(side * 0.17, 0.56, 0.0);
    mat3 turn = aroundX(angle) * aroundZ(side * (0.18 + 0.03 * idle));
#ifdef GEAR
    if (hangs) {
      // The line runs from the tip of the rod to a float on the water before the figure.
      vec3 tip = shoulder + turn * (TIP - shoulder);
      vec3 water = vec3(-0.12, -0.16 + 0.02 * sin(uTime * 2.3 + 40.0 * actor.action.w), 0.98);
      local = aPart == LINE ? mix(tip, water, position.y) + vec3(position.x, 0.0, 0.0) : water + position;
    } else
#endif
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
#ifdef GEAR
  if (!held) local = vec3(0.0);
#endif
  vec3 place = foot + heading * local * 1.12 * actorScale(foot) * (1.0 - actor.extra.y);
  gl_Position = projectionMatrix * viewMatrix * vec4(place, 1.0);
}
