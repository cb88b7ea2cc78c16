out vec2 vAt;

void main() {
  vAt = position.xy;
  gl_Position = vec4(position.xy, 1.0, 1.0);
}
