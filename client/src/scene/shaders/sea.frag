uniform float uSide;
in vec3 vPlace;

void main() {
  vec2 beyond = max(max(-vPlace.xz, vPlace.xz - uSide), 0.0);
  float out_ = length(beyond) / (uSide + 40.0);
  vec3 colour = lava(0.3, vPlace.xz, 1.0) * mix(1.0, 0.45, smoothstep(0.0, 0.5, out_));
  colour = mix(hazed(colour, vPlace), uHaze.rgb, smoothstep(0.1, 1.5, out_));
  gl_FragColor = vec4(finish(colour), 1.0);
  #include <colorspace_fragment>
}
