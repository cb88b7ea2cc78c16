uniform vec3 uTop;
in vec3 vWay;

void main() {
  float grain = (texture(uNoise, gl_FragCoord.xy / 256.0 * 3.7).r - 0.5) / 96.0;  // hides the steps of the gradient
  float above = max(normalize(vWay).y, 0.0);
  gl_FragColor = vec4(finish(mix(uHaze.rgb, uTop, 1.0 - exp(-7.0 * above))) + grain * 0.2, 1.0);
  #include <colorspace_fragment>
}
