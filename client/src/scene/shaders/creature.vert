in float aRow;    // which creature
in float aPart;   // see menagerie.ts
in vec3 aJoint;   // about which its part turns
in vec3 aInk;     // the part's colour; below 0 a shade of that of its kind
out vec3 vNormal;
out vec3 vLocal;
out vec3 vInk;
out vec3 vMood;   // flash of a hit, frost, fade of death

const float BODY = 0.0, HEAD = 1.0, LEFT_ARM = 2.0, RIGHT_ARM = 3.0, LEFT_LEG = 4.0, RIGHT_LEG = 5.0;
const int CHICKEN = 1, GOBLIN = 2, BRUTE = 4;

void main() {
  Actor actor = readActor(int(aRow + 0.5));
  int kind = int(actor.extra.w + 0.5);
  vec3 foot = actorPosition(actor);
  float far = distance(actor.from.xz, actor.to.xz);
  float stride = smoothstep(0.05, 0.4, far) * step(uAlpha, 0.66);
  float own = 40.0 * actor.action.w;
  float beat = sin(walked() * 6.28318 * (kind == CHICKEN ? 3.0 : 1.0) + own);
  bool strikes = actor.action.x >= 0.0;
  float swing = strikes ? swinging() : 0.0;
  bool dying = actor.colour.a > 1.5;
  float frozen = actor.action.z > 0.0 ? 1.0 : 0.0;
  float alive = (1.0 - frozen) * (dying ? 0.0 : 1.0);
  float blow = actor.vitals.w > 0.0 ? sin(3.14159 * struck()) : 0.0;

  float side = aPart == LEFT_ARM || aPart == LEFT_LEG ? 1.0 : -1.0;
  float pitch = 0.0, roll = 0.0;
  if (aPart >= LEFT_LEG) pitch = side * beat * 0.75 * stride;
  else if (aPart >= LEFT_ARM) {
    if (kind == CHICKEN) roll = side * (0.08 + 0.95 * max(blow, dying ? abs(sin(uAlpha * 30.0)) * (1.0 - uAlpha) : 0.0));
    else {
      pitch = -side * beat * 0.6 * stride + 0.06 * sin(uTime * 1.9 + own) * alive;
      if (aPart == RIGHT_ARM && strikes) pitch = strikingArm(swing);
      roll = side * 0.1;
    }
  } else if (aPart == HEAD) {
    if (kind == GOBLIN || kind == BRUTE) roll = 0.08 * sin(uTime * 1.1 + own) * alive;
    else {
      // It pecks now and then while it stands, and nods as it walks.
      float peck = smoothstep(0.55, 0.95, sin(uTime * 0.9 + own)) * pow(0.5 + 0.5 * sin(uTime * 9.0 + own), 2.0);
      pitch = 1.25 * peck * (1.0 - stride) * alive + 0.16 * beat * stride;
    }
  }
  mat3 turn = aroundX(pitch) * aroundZ(roll);
  vec3 local = aJoint + turn * (position - aJoint);
  vec3 normal_ = turn * normal;
  if (aPart < LEFT_LEG) local.y += 0.045 * abs(beat) * stride;
  local.z += strikes ? 0.28 * sin(3.14159 * swing) * local.y : 0.0;
  local.xz *= 1.0 + 0.16 * blow;
  local.y *= 1.0 - 0.16 * blow;
  if (actor.colour.a > 0.5 && !dying) local *= easeInOut(uAlpha * 1.6);
  float fade = dying ? smoothstep(0.45, 1.0, uAlpha) : 0.0;
  if (dying) {
    mat3 fall = aroundZ(1.45 * easeInOut((uAlpha - 0.45) / 0.3));
    local = fall * local;
    normal_ = fall * normal_;
  }
  float aimed = strikes ? easeInOut((uAlpha - 0.25) / 0.2) * (1.0 - easeInOut((uAlpha - 0.85) / 0.15)) : 0.0;
  mat3 heading = aroundY(mix(mix(actor.from.w, actor.to.w, easeInOut(uAlpha / 0.25)), actor.action.y, aimed));
  vNormal = heading * normal_;
  vLocal = position;
  vInk = aInk.r < 0.0 ? min(-aInk * actor.colour.rgb, vec3(1.0)) : aInk;
  vMood = vec3(blow, frozen, fade);
  float size = actorScale(foot);
  if (kind == CHICKEN) size = 1.0 + 0.45 * (size - 1.0);  // from afar chickens are not as large as people
  vec3 place = foot + heading * local * 1.12 * size * (1.0 - actor.extra.y);
  gl_Position = projectionMatrix * viewMatrix * vec4(place, 1.0);
}
