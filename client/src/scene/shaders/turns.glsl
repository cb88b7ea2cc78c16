mat3 aroundX(float angle) {
  float c = cos(angle), s = sin(angle);
  return mat3(1, 0, 0, 0, c, s, 0, -s, c);
}

mat3 aroundY(float angle) {
  float c = cos(angle), s = sin(angle);
  return mat3(c, 0, -s, 0, 1, 0, s, 0, c);
}

mat3 aroundZ(float angle) {
  float c = cos(angle), s = sin(angle);
  return mat3(c, s, 0, -s, c, 0, 0, 0, 1);
}

// Angle of the arm that strikes with a blade or a fist, about x.
float strikingArm(float swing) {
  return mix(-2.7, 0.9, easeInOut(swing * 1.35)) * step(0.001, swing) * step(swing, 0.999);
}
