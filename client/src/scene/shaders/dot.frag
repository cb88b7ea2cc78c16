in vec2 vAt;
in vec4 vTint;
in float vCore;

void main() {
  float r = length(vAt);
  float edge = fwidth(r);
  float body = smoothstep(vCore + edge, vCore - edge, r);
  float rim = smoothstep(vCore * 1.5 + edge, vCore, r) * 0.35;
  float glow = pow(max(1.0 - r, 0.0), 2.0);
  float lift = smoothstep(0.5 * vCore, -0.9 * vCore, -vAt.y - 0.2 * vCore);
  vec3 light = mix(vTint.rgb, vec3(1.0), 0.3) * mix(1.2, 0.95, lift);
  float cover = max(body, rim * (1.0 - body)) * vTint.a;
  gl_FragColor = vec4(light * body + vTint.rgb * glow * 0.16, 0.0);
  #include <colorspace_fragment>
  gl_FragColor = vec4(gl_FragColor.rgb * vTint.a, cover);
  if (max(max(gl_FragColor.r, gl_FragColor.g), max(gl_FragColor.b, cover)) < 0.004) discard;
}
