import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const BUILD = ['./test/setup/program.ts', './test/setup/empty-database.ts'];

/** Hubs of tests serve alike on every machine; a test that wants OpenVINO says so. */
const WITHOUT_OPENVINO = { HUB_OPENVINO_FOLDER: 'none' };

/** A layer of tests: files whose names end in `.LAYER.test.ts`. */
function layer(name: string, globalSetup: readonly string[]): TestProjectInlineConfiguration {
  const include = [`test/**/*.${name}.test.ts`];
  return { extends: true, test: { name, include, globalSetup: [...globalSetup], env: WITHOUT_OPENVINO } };
}

/** Layers by the time that a file takes, so that no long file runs alone at the end. */
const LONGEST_FIRST = ['slow', 'browser', 'hub', 'unit'];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ project }: TestSpecification): number => LONGEST_FIRST.indexOf(project.name);
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}

export default defineConfig({
  // What Node takes. Vite would take index.mjs, whose classes are not those that the libraries know.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    // Many times what tests take: a machine that others use as well is several times slower.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 50_000 } },
    // All servers of the tests are on this machine. ONNX Runtime's telemetry is off, as in src/cli/main.ts.
    env: { NO_PROXY: '*', no_proxy: '*', ORT_DISABLE_TELEMETRY: '1' },
    // Two cores are the smallest machine that is supported. Two files at a time use 72% of them, since many tests wait for
    // processes; of four, some run into their timeouts.
    maxWorkers: 3,
    // Files share what they import; loading it for each would take a fifth of the time.
    isolate: false,
    sequence: { sequencer: LongestFirst },
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
