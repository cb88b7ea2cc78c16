out vec3 vWay;

void main() {
  vec4 ahead = inverse(projectionMatrix) * vec4(position.xy, 1.0, 1.0);
  vWay = transpose(mat3(viewMatrix)) * (ahead.xyz / ahead.w);
  gl_Position = vec4(position.xy, 1.0, 1.0);
}
