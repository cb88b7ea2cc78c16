// Molten rock: glowing cracks in a dark crust that drifts.

vec3 lava(float depth, vec2 at, float open) {
  vec2 flow = vec2(uTime * 0.004, -uTime * 0.003);
  vec4 broad = texture(uNoise, at * 0.017 + flow);
  vec2 bent = at * 0.043 + (broad.rg - 0.5) * 0.5 + flow * 1.7;
  float crack = abs(texture(uNoise, bent).r - 0.5) * 2.0;
  float fine = abs(texture(uNoise, bent * 2.1 + 0.5).g - 0.5) * 2.0;
  float tile = length(fwidth(at));
  float distant = smoothstep(0.22, 0.6, tile);
  float wide = texture(uNoise, at * 0.0023 + 0.2 * flow).r;
  float heat = smoothstep(0.36, 0.72, mix(broad.b, wide, 0.25 + 0.75 * distant) + 0.05 * sin(uTime * 0.6 + 9.0 * broad.a * (1.0 - distant)));
  float vein = pow(1.0 - smoothstep(0.0, 0.2, crack), 2.2) * (0.14 + heat);
  // From afar the noise is all mean, and would be one great crack: there only the glow of the cracks is left.
  vein = mix(vein, 0.1 + 0.16 * heat, distant);
  vein += 0.45 * pow(1.0 - smoothstep(0.0, 0.14, fine), 2.5) * heat * smoothstep(0.5, 0.15, tile);
  float rim = smoothstep(0.14, 0.0, depth);
  vec3 crust = mix(srgb(32., 22., 26.), srgb(66., 46., 44.), mix(texture(uNoise, at * 0.13).g, 0.5, distant));
  float glow = clamp(0.8 * vein + 0.4 * rim, 0.0, 1.3);
  vec3 fire = mix(srgb(140., 22., 12.), srgb(246., 108., 30.), smoothstep(0.08, 0.7, glow));
  fire = mix(fire, srgb(255., 206., 116.), smoothstep(0.8, 1.4, glow));
  return lit(crust, vec3(0.0, 1.0, 0.0), open) * 0.8 + fire * glow * 0.7 + srgb(120., 24., 10.) * 0.18 * heat;
}
