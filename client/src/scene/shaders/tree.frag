uniform float uOverlayShare;

uniform sampler2D uFurther;

in vec3 vPlace;
in float vStands;
in float vCrown;
in float vTone;
in float vUnseen;
in float vVeil;

void main() {
  ivec2 pixel = ivec2(gl_FragCoord.xy) & 3;
  float threshold = float((pixel.x * 5 + pixel.y * 7 + pixel.x * pixel.y) & 15) / 16.0;
  if (vCrown > 0.0 && vVeil * 0.8 > threshold) discard;
  vec3 normal = normalize(cross(dFdx(vPlace), dFdy(vPlace)));
  vec3 bark = srgb(104., 78., 58.);
  vec3 leaf = mix(mix(srgb(44., 92., 62.), srgb(74., 122., 58.), vTone), srgb(126., 156., 76.), smoothstep(0.55, 1.0, vTone) * 0.8);
  if (vStands > 6.5) leaf = texelFetch(uFurther, ivec2(int(vStands + 0.5), 0), 0).rgb * mix(0.85, 1.15, vTone);
  leaf *= mix(0.72, 1.16, vCrown);
  bool ore = int(vStands + 0.5) == 6;
  float third = fract(vTone * 3.7);
  vec3 mineral = third < 0.4 ? srgb(226., 132., 62.) : third < 0.72 ? srgb(196., 214., 228.) : srgb(150., 96., 170.);
  if (ore) leaf = mineral * mix(0.6, 1.25, vCrown);
  vec3 colour = lit(vCrown > 0.0 ? leaf : bark, normal, vCrown > 0.0 ? mix(0.62, 1.0, vCrown) : 0.6);
  if (ore) colour += mineral * (0.12 + 0.8 * pow(max(dot(normalize(normalize(cameraPosition - vPlace) + uSun), normal), 0.0), 24.0));
  colour = mix(colour, vec3(dot(colour, vec3(0.2126, 0.7152, 0.0722))) * 0.9, 0.9 * uOverlayShare);
  colour *= mix(1.0, 0.22, vUnseen);
  gl_FragColor = vec4(finish(hazed(colour, vPlace)), 1.0);
  #include <colorspace_fragment>
}
