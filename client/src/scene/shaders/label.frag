uniform sampler2D uGlyphs;

in vec2 vUv;
in vec4 vInk;

void main() {
  vec4 texel = texture(uGlyphs, vUv);  // red: the letter, alpha: letter and its dark rim
  float alpha = texel.a * vInk.a;
  if (alpha < 0.01) discard;
  gl_FragColor = vec4(mix(vec3(0.012, 0.016, 0.03), vInk.rgb, texel.r), alpha);
  #include <colorspace_fragment>
  gl_FragColor.rgb *= alpha;
}
