uniform float uOverlayShare;

in vec3 vNormal;
in vec3 vInk;
in vec3 vPlace;
in vec3 vFrom;

void main() {
  vec3 normal = normalize(vNormal);
  float near = exp(-3.0 * dot(vFrom, vFrom));
  vec3 colour = lit(vInk, gl_FrontFacing ? normal : -normal, 1.0) + vInk * 0.08;
  colour += srgb(255., 120., 36.) * 0.2 * near * (0.9 + 0.1 * sin(uTime * 11.0));
  colour = mix(colour, vec3(dot(colour, vec3(0.2126, 0.7152, 0.0722))), 0.6 * uOverlayShare);
  gl_FragColor = vec4(finish(hazed(colour, vPlace)), 1.0);
  #include <colorspace_fragment>
}
