import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Builds the page into dist/web, from where the hub serves it. */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    assetsInlineLimit: 0, // fonts and pictures are files: the page's policy allows no others
    modulePreload: { polyfill: false },
  },
  server: { proxy: { '/graphql': { target: 'http://127.0.0.1:4000', ws: true }, '/health': 'http://127.0.0.1:4000' } },
});
