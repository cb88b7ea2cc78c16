in vec3 vNormal;
in vec3 vLocal;
in vec3 vTint;
flat in float vFar;
in vec3 vMood;
flat in float vPart;

void main() {
  // The dead vanish grain by grain: no sorting is needed.
  if (vMood.z > 0.0 && texture(uNoise, vLocal.xy * 1.7 + vLocal.z).r < vMood.z * 1.1) discard;
  vec3 albedo = vTint;
  float hem = smoothstep(0.16, 0.13, vLocal.y) + smoothstep(0.03, 0.02, abs(vLocal.y - 0.4));
  if (vPart == 0.0) albedo = mix(vTint * mix(0.72, 1.05, smoothstep(0.1, 0.6, vLocal.y)), vTint * 0.38, clamp(hem, 0.0, 1.0));
  float eyes = 0.0;
  if (vPart == 1.0) {
    // The face is painted into the hood: dark, with two eyes that catch the light.
    float front = smoothstep(0.04, 0.08, vLocal.z);
    float face = length(vec2(vLocal.x / 0.128, (vLocal.y - 0.752) / 0.118));
    float rim = fwidth(face) + 0.01;
    float inside = front * (1.0 - smoothstep(1.0 - rim, 1.0 + rim, face));
    eyes = inside * (1.0 - smoothstep(0.85, 1.1, length(vec2((abs(vLocal.x) - 0.05) / 0.026, (vLocal.y - 0.765) / 0.038))));
    albedo = mix(mix(vTint, vec3(1.0), 0.08), vTint * 0.55, front * (1.0 - smoothstep(1.12, 1.2, face)));
    albedo = mix(albedo, srgb(34., 28., 36.), inside);
  }
  if (vPart == 2.0 || vPart == 3.0) albedo = mix(vTint * 0.82, srgb(236., 200., 170.), smoothstep(0.35, 0.33, vLocal.y));
  if (vPart == 4.0 || vPart == 5.0) albedo = srgb(64., 48., 42.);
  vec3 normal = normalize(vNormal);
  vec3 colour = lit(albedo, normal, 1.0) + albedo * (0.10 + 0.25 * vFar);
  colour = mix(colour, mix(vec3(1.0), vTint, 0.15), eyes);
  colour = mix(colour, srgb(150., 214., 244.) * (0.55 + 0.5 * normal.y), 0.62 * vMood.y);
  colour = mix(colour, vec3(1.0, 0.25, 0.18), 0.75 * vMood.x);
  gl_FragColor = vec4(finish(colour), 1.0);
  #include <colorspace_fragment>
}
