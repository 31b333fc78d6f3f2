import { defineConfig } from "vite";

// The pages of the guide, and one whose buttons a test describes in the address.
export default defineConfig({
  base: "./",
  esbuild: { jsx: "automatic" },
  build: { rollupOptions: { input: ["react.html", "bench.html"] } },
});
