import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

const BUILD = ['./test/setup/program.ts', './test/setup/empty-database.ts'];

/** A layer of tests: files whose names end in `.LAYER.test.ts`. */
function layer(name: string, globalSetup: readonly string[]): TestProjectInlineConfiguration {
  return { extends: true, test: { name, include: [`test/**/*.${name}.test.ts`], globalSetup: [...globalSetup] } };
}

export default defineConfig({
  // What Node takes. Vite would take index.mjs, whose classes are not those that the libraries know.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    // Many times what tests take: a machine that others use as well is several times slower.
    testTimeout: 90_000,
    hookTimeout: 180_000,
    // All servers of the tests are on this machine. ONNX Runtime's telemetry is off, as in src/cli/main.ts.
    env: { NO_PROXY: '*', no_proxy: '*', ORT_DISABLE_TELEMETRY: '1' },
    // Two cores are the smallest machine that is supported. Two files at a time use 72% of them: many tests wait for processes.
    maxWorkers: 3,
    // Files share what they import; loading it for each would take a fifth of the time.
    isolate: false,
    reporters: ['default', './test/closing-line.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.{hub,browser,slow}.test.ts'],
          globalSetup: BUILD,
        },
      },
      layer('hub', [...BUILD, './test/setup/colours.ts']),
      layer('browser', [...BUILD, './test/setup/page.ts', './test/setup/colours.ts']),
      layer('slow', [...BUILD, './test/setup/page.ts', './test/setup/colours.ts']),
    ],
  },
});
