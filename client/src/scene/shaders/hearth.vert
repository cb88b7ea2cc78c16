uniform float uOverlayShare;

in vec4 aFire;  // x, ground, z, a number of its own
in vec4 aInk;   // colour, and 1 for the cloth of a flag
out vec3 vNormal;
out vec3 vInk;
out vec3 vPlace;
out vec3 vFrom;  // the fire

void main() {
  vec3 local = position;
  float pixels = uTilePixels / (uPixelRatio * max(distance(aFire.xyz, cameraPosition), 0.001));
  if (aInk.w > 0.5) {
    float out_ = local.x + 0.44;
    local.z += (0.11 * sin(uTime * 3.1 - out_ * 9.0 + 40.0 * aFire.w)) * out_ * 2.0;
    local.y -= 0.12 * out_ * out_;
  }
  local *= clamp(14.0 / pixels, 1.0, 3.0);  // a camp is not lost on a large map
  vec3 place = aFire.xyz + local;
  vNormal = normal;
  vInk = aInk.rgb;
  vPlace = place;
  vFrom = local;
  gl_Position = projectionMatrix * viewMatrix * vec4(place, 1.0);
}
