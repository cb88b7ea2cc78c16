// The lava around the map, as far as the eye reaches.
out vec3 vPlace;

void main() {
  vPlace = position;
  gl_Position = projectionMatrix * viewMatrix * vec4(position, 1.0);
}
