import { defineConfig } from "vitest/config";

// Relative addresses let the built page live in any folder; the server of forge.embyr serves it from the package.
export default defineConfig({
  base: "./",
  build: {
    outDir: "../src/forge/embyr/_client",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0, // a page that loads nothing but files needs no exceptions in its security policy
    chunkSizeWarningLimit: 1200,
    rolldownOptions: { input: ["index.html", "compare.html"] },
  },
  server: { proxy: { "/ws": { target: "ws://127.0.0.1:8080", ws: true } } },
  test: { environment: "node", include: ["src/**/*.test.ts"] },
});
