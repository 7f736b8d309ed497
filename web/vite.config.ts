import { readFileSync } from 'node:fs';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

/** Paths that the development server passes on to a running hub. */
const HUB_PATHS = ['/graphql', '/v1', '/v2', '/health', '/ready', '/metrics'];

const HUB = process.env.HUB_URL ?? 'http://127.0.0.1:4000';

/** Builds the page into dist/web, from where the hub serves it. */
export default defineConfig({
  root: import.meta.dirname,
  base: './', // the hub may be at a path of a proxy
  define: { HUB_VERSION: JSON.stringify(version) },
  plugins: [react()],
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    assetsInlineLimit: 0, // fonts and pictures are files: the page's policy allows no others
    modulePreload: { polyfill: false },
  },
  server: { proxy: Object.fromEntries(HUB_PATHS.map((path) => [path, { target: HUB, ws: true }])) },
});
