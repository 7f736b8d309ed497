import { defineConfig } from 'vitest/config';

export default defineConfig({
  // What Node takes. Vite would take index.mjs, whose classes are not those that the libraries know.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: './test/support/empty-database.ts',
    // The whole main job takes half a minute on two cores, and four times that where others use them too.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // Two cores are the smallest machine we promise: more files at once only fight for them.
    maxWorkers: 2,
    // Files share what they import; loading it for each would take a fifth of the time.
    isolate: false,
    reporters: ['default', './test/closing-line.ts'],
  },
});
