in vec2 vAt;
flat in float vSheet;
flat in float vOwn;

void main() {
  vec4 colour = vec4(0.0);
  float flicker = 0.86 + 0.09 * sin(uTime * 9.0 + 60.0 * vOwn) + 0.05 * sin(uTime * 23.0 + 31.0 * vOwn);
  if (vSheet < 0.5) {
    float light = pow(max(1.0 - length(vAt), 0.0), 1.6) * flicker;
    colour = vec4(srgb(255., 126., 44.) * 0.15 * light, 0.0);
  } else if (vSheet < 1.5) {
    float up = vAt.y * 0.5 + 0.5;
    vec2 at = vec2(vAt.x + 0.35 * sin(up * 5.0 - uTime * 0.9 + 9.0 * vOwn) * up, up);
    float puff = texture(uNoise, vec2(at.x * 0.16 + vOwn, up * 0.3 - uTime * 0.055)).g;
    float cloud = smoothstep(0.25 + 0.6 * up, 0.0, abs(at.x)) * smoothstep(0.3, 0.75, puff) * smoothstep(0.0, 0.15, up) * (1.0 - up);
    colour = vec4(vec3(0.42, 0.4, 0.4), 1.0) * 0.3 * cloud;
  } else {
    float own = vOwn * 7.0 + vSheet * 3.7;
    float up = vAt.y * 0.5 + 0.5;
    float lick = texture(uNoise, vec2(own * 0.37 + vAt.x * 0.07, up * 0.16 - uTime * 0.42 + own)).r - 0.5;
    float x = vAt.x + lick * 1.5 * up;
    float wide = 0.62 * sqrt(up + 0.02) * (1.0 - up) * 2.0;
    float body = smoothstep(wide, wide * 0.35, abs(x)) * smoothstep(0.0, 0.06, up) * (0.72 + 0.6 * flicker * (1.0 - up));
    float core = smoothstep(wide * 0.6, 0.0, abs(x)) * (1.0 - smoothstep(0.1, 0.6, up));
    vec3 fire = mix(srgb(255., 84., 16.), srgb(255., 190., 60.), clamp(core + 0.55 * (1.0 - up), 0.0, 1.0));
    colour = vec4(fire * body + srgb(255., 244., 200.) * 0.25 * core * body, 0.85 * body);
  }
  if (max(max(colour.r, colour.g), max(colour.b, colour.a)) < 0.004) discard;
  gl_FragColor = colour;
  #include <colorspace_fragment>
}
