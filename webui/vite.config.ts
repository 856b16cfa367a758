import { env } from "node:process";
import { defineConfig } from "vitest/config";

// In development the pages come from Vite and everything else from a server started by hand.
const server = env.FACTEUR_URL ?? "http://127.0.0.1:8080";

export default defineConfig({
  esbuild: { jsx: "automatic", jsxImportSource: "preact" },
  build: {
    target: "es2021",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 600,
    manifest: true,
  },
  server: { proxy: { "/jmap": server, "/auth": server, "/.well-known": server } },
  test: { include: ["src/**/*.test.{ts,tsx}"] },
});
