// One glyph of a text that hovers above an actor.
uniform vec2 uAtlas;  // size of the atlas [px]

in vec4 aGlyph;   // left, top, width, height in the atlas [px]
in vec4 aPlace;   // actor, x from the middle, y from the head [px], scale
in vec4 aInk;     // red, green, blue, kind: 0 a name, 1 damage
out vec2 vUv;
out vec4 vInk;

void main() {
  Actor actor = readActor(int(aPlace.x + 0.5));
  vec3 foot = actorPosition(actor);
  bool damage = aInk.w > 0.5;
  float rise = damage ? struck() : 0.0;
  vec4 clip = projectionMatrix * viewMatrix * vec4(foot + vec3(0.0, (damage ? 1.0 : 1.28) * actorScale(foot), 0.0), 1.0);
  vec2 offset = ((damage ? vec2(26.0, 0.0) : vec2(0.0)) + aPlace.yz + (position.xy + 0.5) * aGlyph.zw * aPlace.w + vec2(0.0, 26.0 * rise)) * uPixelRatio;
  clip.xy += offset * 2.0 / uViewport * clip.w;
  vUv = (aGlyph.xy + vec2(position.x + 0.5, 0.5 - position.y) * aGlyph.zw) / uAtlas;
  float shown = damage ? smoothstep(0.0, 0.15, rise) * (1.0 - smoothstep(0.7, 1.0, rise))
                       : (actor.colour.a > 1.5 ? 1.0 - uAlpha : 1.0) * (1.0 - actor.extra.y);
  vInk = vec4(aInk.rgb, shown);
  gl_Position = clip;
}
