in vec2 vAt;
in vec3 vTint;
in vec4 vShow;

void main() {
  float r = length(vAt);
  float shadow = vShow.x * 0.5 * smoothstep(0.85, 0.1, r);
  float spot = vShow.x * vShow.w * 0.62 * smoothstep(0.98, 0.8, r);  // from afar each stands on its colour
  float rim = vShow.x * vShow.w * smoothstep(0.14, 0.04, abs(r - 0.84));
  float pulse = 0.06 * sin(uTime * 3.0);
  float edge = fwidth(r) * 1.2 + 0.02;
  float ring = smoothstep(edge, 0.0, abs(r - 1.22 - pulse) - 0.1);
  float halo = 0.35 * smoothstep(1.95, 1.2, r) * smoothstep(0.7, 1.2, r);
  float shown = max(vShow.y * max(ring, halo), vShow.z * 0.8 * ring);
  float dash = vShow.y > 0.5 ? 1.0 : 0.75;
  vec3 glow = mix(vTint, vec3(1.0), 0.55) * dash;
  float alpha = max(max(max(shadow, spot), 0.85 * rim), shown);
  if (alpha < 0.003) discard;
  vec3 colour = mix(mix(mix(vec3(0.0), vTint * 0.8, spot / max(alpha, 0.001)), mix(vTint, vec3(1.0), 0.65), rim), glow, shown / max(alpha, 0.001));
  gl_FragColor = vec4(colour * alpha, alpha);
  #include <colorspace_fragment>
}
