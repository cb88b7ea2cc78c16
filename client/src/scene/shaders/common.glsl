// What every shader of the scene may use. Colours are linear; finish() brings them to the screen.
uniform float uTime;
uniform float uAlpha;
uniform vec2 uViewport;
uniform float uTilePixels;
uniform float uPixelRatio;
uniform vec3 uSun;
uniform vec3 uSunColour;
uniform vec3 uSkyColour;
uniform vec3 uEarthColour;
uniform vec4 uHaze;  // its colour, and the distance at which it begins to hide things [tiles]
uniform sampler2D uNoise;

vec3 srgb(float r, float g, float b) {
  return pow(vec3(r, g, b) / 255.0, vec3(2.2));
}

// Sun, sky from above and light from the ground; `open` is how much of the sun reaches the point.
vec3 lit(vec3 albedo, vec3 normal, float open) {
  float sun = max(dot(normal, uSun), 0.0) * open;
  vec3 sky = mix(uEarthColour, uSkyColour, 0.5 + 0.5 * normal.y) * mix(0.55, 1.0, open);
  return albedo * (uSunColour * sun + sky);
}

// Bright colours bend towards white instead of breaking off.
vec3 finish(vec3 colour) {
  vec3 bent = 1.0 - 0.4 * exp(-max(colour - 0.6, 0.0) / 0.4);
  return mix(colour, bent, step(0.6, colour));
}

// Air between the eye and a place.
vec3 hazed(vec3 colour, vec3 place) {
  float way = distance(place, cameraPosition) / uHaze.w;
  return mix(uHaze.rgb, colour, exp(-way * way));
}

float easeInOut(float t) {
  t = clamp(t, 0.0, 1.0);
  return t * t * (3.0 - 2.0 * t);
}

// The share of the way walked, of the attack's swing, and of its blow.
float walked() { return easeInOut(uAlpha / 0.62); }
float swinging() { return clamp((uAlpha - 0.3) / 0.45, 0.0, 1.0); }
float struck() { return clamp((uAlpha - 0.62) / 0.38, 0.0, 1.0); }
