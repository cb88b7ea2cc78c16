in vec3 vNormal;
in vec3 vLocal;
in vec3 vTint;
in vec3 vMood;
flat in float vPart;

const float FACE = 6.0, EYES = 7.0;

void main() {
  // The dead vanish grain by grain: no sorting is needed.
  if (vMood.z > 0.0 && texture(uNoise, vLocal.xy * 1.7 + vLocal.z).r < vMood.z * 1.1) discard;
  vec3 albedo = vTint;
  float hem = smoothstep(0.16, 0.13, vLocal.y) + smoothstep(0.03, 0.02, abs(vLocal.y - 0.4));
  if (vPart == 0.0) albedo = mix(vTint * mix(0.72, 1.05, smoothstep(0.1, 0.6, vLocal.y)), vTint * 0.38, clamp(hem, 0.0, 1.0));
  if (vPart == 1.0) albedo = mix(vTint, vec3(1.0), 0.1);
  if (vPart == 2.0 || vPart == 3.0) albedo = mix(vTint * 0.82, srgb(236., 200., 170.), smoothstep(0.35, 0.33, vLocal.y));
  if (vPart == 4.0 || vPart == 5.0) albedo = srgb(64., 48., 42.);
  if (vPart == FACE) albedo = srgb(38., 30., 38.);
  vec3 normal = normalize(vNormal);
  vec3 colour = lit(albedo, normal, 1.0) + vTint * 0.10;
  if (vPart == EYES) colour = mix(vec3(1.0), vTint, 0.12) * 1.05;
  colour = mix(colour, srgb(150., 214., 244.) * (0.55 + 0.5 * normal.y), 0.62 * vMood.y);
  colour = mix(colour, vec3(1.0, 0.25, 0.18), 0.75 * vMood.x);
  gl_FragColor = vec4(finish(colour), 1.0);
  #include <colorspace_fragment>
}
