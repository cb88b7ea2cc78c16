in vec4 aFire;   // x, ground, z, a number of its own
in float aSheet; // 0 light on the ground, 1 smoke, 2 and more tongues of flame
out vec2 vAt;
flat out float vSheet;
flat out float vOwn;

void main() {
  vec3 right = vec3(viewMatrix[0][0], viewMatrix[1][0], viewMatrix[2][0]);
  float pixels = uTilePixels / (uPixelRatio * max(distance(aFire.xyz, cameraPosition), 0.001));
  float grow = clamp(14.0 / pixels, 1.0, 3.0);
  vec3 place = aFire.xyz;
  vAt = position.xy * 2.0;
  vSheet = aSheet;
  vOwn = aFire.w;
  if (aSheet < 0.5) place += vec3(position.x, 0.0, -position.y) * 5.0 + vec3(0.0, 0.09, 0.0);
  else if (aSheet < 1.5) place += (right * position.x * 0.9 + vec3(0.0, 1.35 + position.y * 2.0, 0.0)) * grow;
  else {
    float turn = (aSheet - 3.0) * 0.14;
    place += (right * (position.x * (0.72 - 0.12 * abs(aSheet - 3.0)) + turn) + vec3(0.0, 0.46 + position.y * 0.86, 0.0)) * grow;
  }
  vec4 clip = projectionMatrix * viewMatrix * vec4(place, 1.0);
  if (aSheet < 0.5) clip.z -= 0.004 * clip.w;  // above the grass it lies on
  gl_Position = clip;
}
