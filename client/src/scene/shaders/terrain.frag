uniform highp sampler2D uTiles;
uniform sampler2D uSurface;
uniform float uSide;
uniform float uSamples;
uniform float uClock;
uniform sampler2D uOverlay;
uniform sampler2D uColours;
uniform vec4 uOverlayBox;
uniform float uOverlayShare;
uniform vec3 uSight;
uniform float uGrid;

in vec2 vGround;
in float vHeight;
in float vWall;
in float vSkirt;
in vec3 vPlace;

const float LEVEL = -0.17;

// Each material in two shades, mixed by noise.
uniform vec3 uLow[7];
uniform vec3 uHigh[7];

uniform sampler2D uFarMap;

// Of materials that are not ours, behind those, the colour.
uniform sampler2D uFurther;

vec3 shade(int material, float grain) {
  if (material > 6) return texelFetch(uFurther, ivec2(material, 0), 0).rgb * mix(0.78, 1.16, grain);
  return mix(uLow[material], uHigh[material], grain);
}

struct Tile { int now; int before; float since; };

Tile tileAt(vec2 place) {
  vec4 texel = texelFetch(uTiles, ivec2(clamp(place, vec2(0.0), vec2(uSide - 1.0))), 0) * 255.0 + 0.5;
  float changed = mod(floor(texel.b), 128.0) * 256.0 + floor(texel.a);
  return Tile(int(texel.r), int(texel.g), mod(uClock - changed + 32768.0, 32768.0) / 16.0);
}

vec3 tileShade(Tile tile, float grain) {
  return mix(shade(tile.before, grain), shade(tile.now, grain), smoothstep(0.0, 2.0, tile.since));
}

vec3 water(vec3 bed, float depth, vec2 at, vec3 eye, float open) {
  vec2 drift = vec2(uTime * 0.016, uTime * 0.011);
  vec4 a = texture(uNoise, at * 0.045 + drift);
  vec4 b = texture(uNoise, at * 0.071 - drift.yx * 1.3 + 0.37);
  vec2 slope = (vec2(a.r, b.g) - 0.5) * 0.30 + (vec2(b.b, a.b) - 0.5) * 0.16;
  vec3 normal = normalize(vec3(slope.x, 1.0, slope.y));
  float murk = 1.0 - exp(-8.0 * depth);
  vec3 body = mix(srgb(70., 186., 194.), srgb(10., 92., 160.), smoothstep(0.04, 0.5, depth));
  float light = mix(open, 1.0, 0.4);
  vec3 colour = mix(bed, body * (0.62 * uSunColour + 0.55 * uSkyColour) * light, murk);
  float web = pow(max(1.0 - 2.6 * abs(a.g - b.g), 0.0), 8.0);
  colour += 0.07 * web * (1.0 - 0.6 * murk) * uSunColour * light;
  float fresnel = 0.01 + 0.4 * pow(1.0 - max(dot(eye, normal), 0.0), 5.0);
  colour = mix(colour, uSkyColour, fresnel);
  float gleam = pow(max(dot(normalize(eye + uSun), normal), 0.0), 220.0);
  float shore = smoothstep(0.10, 0.0, depth + 0.05 * (a.b - 0.5));
  float lap = pow(0.5 + 0.5 * sin(60.0 * depth + 14.0 * b.a - uTime * 1.3), 3.0);
  return colour + gleam * open * uSunColour * 0.35 + shore * (0.06 + 0.34 * lap) * srgb(226., 240., 236.) * light;
}

vec4 overlayAt(vec2 at) {
  vec2 cell = (at - uOverlayBox.yx) / uOverlayBox.wz;
  if (any(lessThan(cell, vec2(0.0))) || any(greaterThanEqual(cell, vec2(1.0)))) return vec4(0.0);
  vec2 told = texture(uOverlay, cell).rg;
  return vec4(texture(uColours, vec2((told.r * 255.0 + 0.5) / 256.0, 0.5)).rgb, told.g);
}

// The ground as one stands before it.
vec3 nearGround(vec4 surface, vec3 facet) {
  // The texture knows shores that coarse triangles miss, but ends at 1.
  float height = surface.a < 0.98 ? surface.a * 2.0 - 1.0 : max(vHeight, 0.95);
  float open = surface.b;
  vec4 grain = texture(uNoise, vGround * 0.11);
  vec4 fine = texture(uNoise, vGround * 0.43 + 0.31);
  vec4 close = texture(uNoise, vGround * 1.9 + 0.63);
  float broad = texture(uNoise, vGround * 0.017).a;
  vec2 at = vGround + (grain.rg - 0.5) * 0.34 + (fine.rg - 0.5) * 0.22;

  // The four tiles around, each ruling most of its own square.
  vec2 corner = floor(at - 0.5);
  vec2 w = smoothstep(0.4, 0.6, at - 0.5 - corner);
  Tile nw = tileAt(corner), ne = tileAt(corner + vec2(1, 0)), sw = tileAt(corner + vec2(0, 1)), se = tileAt(corner + 1.0);
  vec4 share = vec4((1. - w.x) * (1. - w.y), w.x * (1. - w.y), (1. - w.x) * w.y, w.x * w.y);
  float mottle = clamp(0.5 + 0.9 * (grain.b - 0.5) + 0.7 * (fine.g - 0.5) + 0.75 * (close.r - 0.5) + 0.8 * (broad - 0.5), 0.0, 1.0);
  vec3 albedo = share.x * tileShade(nw, mottle) + share.y * tileShade(ne, mottle) + share.z * tileShade(sw, mottle) +
                share.w * tileShade(se, mottle);
  float molten = dot(share, vec4(nw.now == 0, ne.now == 0, sw.now == 0, se.now == 0));
  float wet = dot(share, vec4(nw.now == 1, ne.now == 1, sw.now == 1, se.now == 1));
  float made = dot(share, vec4(nw.now > 6, ne.now > 6, sw.now > 6, se.now > 6));  // of what is not ours
  float rock = dot(share, vec4(nw.now >= 5, ne.now >= 5, sw.now >= 5, se.now >= 5)) - made;
  float ore = dot(share, vec4(nw.now == 6, ne.now == 6, sw.now == 6, se.now == 6));

  // What stands out of the ground is rock, in facets like the trees; all else is smooth.
  float stands = smoothstep(0.17, 0.21, height + 0.08 * (fine.r - 0.5));
  bool others = nw.now > 6 || ne.now > 6 || sw.now > 6 || se.now > 6;
  rock = max(rock * step(0.0, height - 0.1), others ? 0.0 : stands);
  vec2 slope = surface.rg * 2.0 - 1.0 + (fine.ba - 0.5) * 0.10;
  vec3 normal = normalize(vec3(slope.x, sqrt(max(1.0 - dot(slope, slope), 0.04)), slope.y));
  normal = normalize(mix(normal, facet.y < 0.0 ? -facet : facet, 0.8 * max(rock, made * stands)));
  vec3 eye = normalize(cameraPosition - vec3(vGround.x, max(height, LEVEL), vGround.y));

  // Rocks are pale on top and dark where they are steep; banks of sand lie along the water.
  albedo = mix(albedo, shade(ore > 0.5 ? 6 : 5, mottle) * mix(0.8, 1.2, smoothstep(0.2, 1.9, height)), rock);
  albedo = mix(albedo, srgb(236., 238., 240.), rock * 0.75 * smoothstep(1.75, 2.3, height + 0.5 * (grain.a - 0.5)) * smoothstep(0.6, 0.9, normal.y));
  float glint = step(0.86, fine.r) * (0.5 + 0.5 * sin(uTime * 2.0 + 40.0 * grain.r));
  albedo += ore * glint * srgb(120., 220., 230.);
  bool lavaNear = nw.now == 0 || ne.now == 0 || sw.now == 0 || se.now == 0;
  bool waterNear = nw.now == 1 || ne.now == 1 || sw.now == 1 || se.now == 1;
  bool fire = lavaNear && (molten > wet || !waterNear);
  float bank = smoothstep(0.035, -0.12, height + 0.03 * (grain.a - 0.5)) * (1.0 - rock);
  albedo = mix(albedo, (fire ? shade(0, mottle) : shade(1, mottle)) * 1.05, bank);

  vec3 colour = lit(albedo, normal, open);
  colour += srgb(255., 96., 24.) * 0.16 * smoothstep(0.16, -0.12, height) * smoothstep(0.05, 0.5, molten);
  float depth = LEVEL - height;
  if (depth > 0.0) {
    colour = fire ? lava(depth, vGround, open) : water(lit(albedo, vec3(0, 1, 0), open), depth, vGround, eye, open);
  }
  return colour;
}

// The same from afar: the mean of its tiles, however many lie under a pixel.
vec3 farGround(vec4 surface, vec3 normal) {
  vec4 mean = texture(uFarMap, vGround / uSide, -0.4);
  vec3 land = lit(mean.rgb * (0.86 + 0.28 * texture(uNoise, vGround * 0.006).b), normal, surface.b);
  return mean.a > 0.999 ? land : mix(lava(0.3, vGround, surface.b), land, mean.a);
}

void main() {
  vec2 uv = (vGround * uSamples + 0.5) / (uSide * uSamples + 1.0);
  vec4 surface = texture(uSurface, uv);
  vec3 facet = normalize(cross(dFdy(vPlace), dFdx(vPlace)) + vec3(0.0, 1e-9, 0.0));
  vec2 slope = surface.rg * 2.0 - 1.0;
  vec3 normal = normalize(vec3(slope.x, sqrt(max(1.0 - dot(slope, slope), 0.04)), slope.y));
  facet = vSkirt > 0.001 ? normal : facet;  // a gap is closed by ground, not by a cliff
  vec2 span = fwidth(vGround);

  // Where a tile is only a few pixels wide, single ones can no longer be made out.
  float far = smoothstep(0.3, 0.55, length(span));
  vec3 colour = vec3(0.0);
  if (far < 1.0) colour = nearGround(surface, facet);
  if (far > 0.0) colour = mix(colour, farGround(surface, normal), far);

  if (vWall > 0.001) {
    float band = texture(uNoise, vec2(dot(vGround, vec2(0.13)), vWall * 0.6)).g;
    colour = mix(srgb(70., 56., 50.), srgb(38., 31., 32.), vWall) * (0.5 + 0.6 * band);
  }

  if (uOverlayShare > 0.0 && vWall < 0.001) {
    vec4 told = overlayAt(vGround);
    float grey = dot(colour, vec3(0.2126, 0.7152, 0.0722));
    vec3 ground = mix(colour, vec3(grey) * 0.8, 0.75 * uOverlayShare);
    float relief = clamp(0.72 + 0.55 * (dot(normal, uSun) * surface.b - 0.45), 0.45, 1.15);
    colour = mix(ground, told.rgb * relief, told.a * 0.86 * uOverlayShare);
  }
  if (uSight.z >= 0.0) {
    vec2 away = abs(floor(vGround) - uSight.xy);
    float unseen = step(uSight.z + 0.5, max(away.x, away.y));
    float fog = step(0.5, texelFetch(uTiles, ivec2(clamp(vGround, vec2(0.0), vec2(uSide - 1.0))), 0).b);
    vec3 haze = srgb(30., 34., 42.) * (0.7 + 0.6 * texture(uNoise, vGround * 0.05).b);
    colour = mix(colour * mix(1.0, 0.22, unseen), haze, fog);
  }
  vec2 line = abs(fract(vGround - 0.5) - 0.5) / span;
  colour *= 1.0 - uGrid * 0.16 * (1.0 - min(min(line.x, line.y), 1.0)) * (1.0 - step(0.001, vWall));
  gl_FragColor = vec4(finish(hazed(colour, vPlace)), 1.0);
  #include <colorspace_fragment>
}
