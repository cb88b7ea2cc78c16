// Weapons, armour and tools, in the colour of their metal.
in vec3 vNormal;
in vec3 vLocal;
in vec3 vTint;
in vec3 vMood;
in float vInk;
flat in float vFar;
flat in float vPart;
flat in float vMetal;

const float METAL = 0.0, WOOD = 1.0, LINE = 2.0, RED = 3.0, FOOD = 4.0, GEM = 5.0;

vec3 metal() {
  if (vMetal < 1.5) return srgb(214., 122., 58.);
  if (vMetal < 2.5) return srgb(206., 214., 222.);
  return srgb(112., 120., 138.);
}

void main() {
  if (vMood.z > 0.0 && texture(uNoise, vLocal.xy * 1.7 + vLocal.z).r < vMood.z * 1.1) discard;
  vec3 normal = normalize(vNormal);
  vec3 albedo = srgb(118., 82., 50.);
  float shine = 0.0;
  if (vInk < METAL + 0.5) {
    albedo = metal();
    shine = pow(max(dot(normalize(normal + vec3(0.0, 0.4, 0.0)), uSun), 0.0), 9.0);
  } else if (vInk > GEM - 0.5) albedo = mix(metal(), srgb(120., 210., 255.), 0.6) * 1.5;
  else if (vInk > FOOD - 0.5) albedo = srgb(208., 136., 74.);
  else if (vInk > RED - 0.5) albedo = srgb(228., 60., 48.);
  else if (vInk > LINE - 0.5) albedo = vec3(1.0);
  vec3 colour = lit(albedo, normal, 1.0) + albedo * 0.14 + shine * 0.55 * uSunColour;
  colour = mix(colour, vec3(1.0, 0.25, 0.18), 0.75 * vMood.x);
  gl_FragColor = vec4(finish(colour), 1.0);
  #include <colorspace_fragment>
}
