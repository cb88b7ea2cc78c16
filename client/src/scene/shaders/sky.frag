uniform vec3 uTop;
uniform vec3 uBottom;
in vec2 vAt;

void main() {
  float grain = (texture(uNoise, gl_FragCoord.xy / 256.0 * 3.7).r - 0.5) / 96.0;  // hides the steps of the gradient
  float glow = 1.0 - 0.5 * length(vAt * vec2(0.7, 0.9));
  gl_FragColor = vec4(mix(uBottom, uTop, clamp(glow, 0.0, 1.0)) + grain * 0.2, 1.0);
  #include <colorspace_fragment>
}
