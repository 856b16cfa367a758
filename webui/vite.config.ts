import { env } from "node:process";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

// In development the pages come from Vite and everything else from a server started by hand.
const server = env.FACTEUR_URL ?? "http://127.0.0.1:8080";

/** The words travel with the code that asks for them; French for all but those who chose otherwise. */
const preloadWords: Plugin = {
  name: "preload-words",
  transformIndexHtml: {
    order: "post",
    handler(_, { bundle }) {
      const words = Object.values(bundle ?? {}).find(
        (chunk) => chunk.type === "chunk" && chunk.facadeModuleId?.endsWith("/i18n/fr.json"),
      );
      if (!words) return [];
      return [
        {
          tag: "link",
          attrs: { rel: "modulepreload", crossorigin: true, href: `/${words.fileName}` },
          injectTo: "head",
        },
      ];
    },
  },
};

export default defineConfig({
  plugins: [preloadWords],
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
