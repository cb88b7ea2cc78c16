in vec3 vNormal;
in vec3 vLocal;
in vec3 vInk;
in vec3 vMood;

void main() {
  if (vMood.z > 0.0 && texture(uNoise, vLocal.xy * 1.7 + vLocal.z).r < vMood.z * 1.1) discard;
  vec3 normal = normalize(vNormal);
  vec3 colour = lit(vInk * mix(0.72, 1.06, smoothstep(0.0, 0.5, vLocal.y)), normal, 1.0) + vInk * 0.12;
  colour = mix(colour, srgb(150., 214., 244.) * (0.55 + 0.5 * normal.y), 0.62 * vMood.y);
  colour = mix(colour, vec3(1.0, 0.25, 0.18), 0.75 * vMood.x);
  gl_FragColor = vec4(finish(colour), 1.0);
  #include <colorspace_fragment>
}
