uniform highp sampler2D uHeights;
uniform float uSide;
uniform float uSamples;

in vec2 aChunk;   // north-west corner of the chunk [tiles]
in float aSkirt;  // 1 along the lower edge of the chunk's rim
out vec2 vGround;
out float vHeight;
out float vWall;
out float vSkirt;
out vec3 vPlace;

const float LEVEL = -0.17;

void main() {
  ivec2 size = ivec2(int(uSide * uSamples) + 1);
  ivec2 point = min(ivec2(aChunk * uSamples + position.xz + 0.5), size - 1);
  vHeight = texelFetch(uHeights, point, 0).r;
  vGround = vec2(point) / uSamples;
  bool edge = any(equal(point, ivec2(0))) || any(equal(point, size - 1));
  vSkirt = aSkirt;
  vWall = edge ? aSkirt : 0.0;  // within the map it only closes gaps, in the colours of the ground
  vec3 place = vec3(vGround.x, max(vHeight, LEVEL) - (edge ? 1.8 : 1.2) * aSkirt, vGround.y);
  vPlace = place;
  gl_Position = projectionMatrix * viewMatrix * vec4(place, 1.0);
}
