in vec2 vAt;
in vec3 vVitals;
in vec4 vTint;

const vec2 SIZE = vec2(34.0, 15.0);

void main() {
  vec2 at = vAt * SIZE;
  float single = step(vVitals.y, -0.5);  // a creature has health alone
  vec2 size = vec2(SIZE.x, SIZE.y - 7.8 * single);
  at.y -= 7.8 * single;
  vec2 inner = abs(at - size * 0.5) - (size * 0.5 - 3.0);
  float card = 1.0 - smoothstep(2.0, 3.0, length(max(inner, 0.0)));
  float line = (size.y - at.y - 2.0) / 3.9;
  int bar = int(clamp(floor(line), 0.0, 2.0));
  float within = step(0.08, fract(line)) * step(fract(line), 0.8) * step(0.0, line) * step(line, 2.999 - 2.0 * single);
  float along = (at.x - 2.5) / (SIZE.x - 5.0);
  float value = bar == 0 ? vVitals.x : bar == 1 ? vVitals.y : vVitals.z;
  vec3 full = bar == 0 ? mix(srgb(236., 72., 66.), srgb(98., 204., 108.), smoothstep(0.2, 0.7, value))
            : bar == 1 ? srgb(242., 180., 64.) : srgb(76., 164., 240.);
  vec3 colour = srgb(16., 20., 28.);
  float alpha = 0.72 * card;
  if (within > 0.5 && along >= 0.0 && along <= 1.0) {
    colour = along <= value ? full : srgb(52., 58., 70.);
    alpha = along <= value ? 1.0 : 0.9;
  }
  alpha *= vTint.a;
  if (alpha < 0.003) discard;
  gl_FragColor = vec4(colour, alpha);
  #include <colorspace_fragment>
  gl_FragColor.rgb *= gl_FragColor.a;
}
