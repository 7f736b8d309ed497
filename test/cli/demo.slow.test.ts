import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COLOUR_NAMES, writeColours } from '../support/colour-images.js';
import { type Ended, runHub, startHubCommand } from '../support/command.js';
import { torchLiteFile } from '../support/narrow-backbone.js';

/** A trained version. */
interface Step {
  readonly run: { readonly id: string; readonly state: string; readonly kind: string };
  readonly testAccuracy: number;
  readonly modelVersion: { readonly id: string; readonly number: number; readonly aliases: readonly string[] };
  readonly classifications: readonly { readonly photo: string; readonly label: string; readonly confidence: number }[];
}

/** What `--json` prints: the version that serves, and all. */
interface Demo extends Step {
  readonly url: string;
  readonly token: string;
  readonly datasetVersion: { readonly dataset: string; readonly number: number; readonly classes: readonly string[] };
  readonly backbone: { readonly name: string };
  readonly steps: readonly Step[];
}

/** What it says when the first version serves. */
const FINE_TUNING = 'while the backbone is fine-tuned';

const PHOTOS = new URL('../../samples/photos/', import.meta.url);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hub-demo-'));
});
afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

/** A demo that ends, on a data folder of this name. */
const command = (data: string, ...options: readonly string[]): readonly string[] => [
  'demo',
  '--json',
  '--exit',
  '--port',
  '0',
  '--data',
  join(folder, data),
  ...options,
];

/** Runs it as a process, which has no network. */
const demo = (data: string, ...options: readonly string[]): Promise<Ended> =>
  startHubCommand(command(data, ...options)).ended;

/** The one line of a demo that went well. */
function resultOf({ code, stdout, stderr }: Ended): Demo {
  expect(code, stderr).toBe(0);
  expect(stdout).toMatch(/^\{.+\}\n$/); // a dot is no line break: one line
  return JSON.parse(stdout) as Demo;
}

describe('hub demo --no-fine-tune', () => {
  let first: Demo;
  beforeAll(async () => {
    first = resultOf(await demo('data', '--no-fine-tune'));
  }, 120_000);

  it('takes the bundled sample all the way to a served model, and prints one line of JSON', () => {
    expect(first).toMatchObject({
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      token: expect.stringMatching(/^[\w-]{43}$/),
      datasetVersion: { dataset: 'cifar10-sample', number: 1 },
      run: { state: 'SUCCEEDED', kind: 'TRANSFER' },
      backbone: { name: 'efficientnet-lite0' },
      modelVersion: { number: 1, aliases: ['production'] },
    });
    expect(first.steps).toHaveLength(1);
    expect(first.testAccuracy).toBeGreaterThan(0.65); // of ten classes
  });

  it('classifies every bundled photo', async () => {
    const { classifications, datasetVersion } = first;
    expect(classifications.map(({ photo }) => photo)).toEqual((await readdir(PHOTOS)).toSorted());
    expect(classifications).toHaveLength(10);
    for (const { label, confidence } of classifications) {
      expect(datasetVersion.classes).toContain(label);
      expect(confidence).toBeGreaterThanOrEqual(0.1); // the best of ten
      expect(confidence).toBeLessThanOrEqual(1);
    }
  });

  it.skipIf(process.platform === 'win32')('makes a data folder that only its owner can enter', async () => {
    expect((await stat(join(folder, 'data'))).mode & 0o777).toBe(0o700);
  });

  it('uses again what an earlier demo made on the same folder', { timeout: 180_000 }, async () => {
    const { token, datasetVersion, backbone, run, classifications, modelVersion } = first;
    const again = resultOf(await demo('data', '--no-fine-tune'));
    const { id, number, aliases } = modelVersion;
    expect(again).toMatchObject({ token, datasetVersion, backbone, run, modelVersion: { id, number, aliases } });
    const labels = (photos: Demo['classifications']): string[] => photos.map(({ label }) => label);
    expect(labels(again.classifications)).toEqual(labels(classifications));
  });
});

/** On the narrow network, which takes a second for what a real one takes a minute. */
describe('hub demo --from --weights', () => {
  let options: readonly string[];
  beforeAll(async () => {
    const colours = join(folder, 'My Colours');
    const weights = join(folder, 'narrow.safetensors');
    options = ['--from', colours, '--weights', weights];
    await writeFile(weights, torchLiteFile());
    await writeColours(colours, 20);
  });

  it.skipIf(process.platform === 'win32')(
    'ends in order on Ctrl-C while it fine-tunes',
    { timeout: 240_000 },
    async () => {
      const { child, ended } = startHubCommand(command('colours', ...options));
      let shown = '';
      child.stderr?.on('data', (text: Buffer) => {
        const before = shown;
        shown += text.toString();
        if (!before.includes(FINE_TUNING) && shown.includes(FINE_TUNING)) child.kill('SIGINT');
      });
      const { code, stdout, stderr } = await ended;
      expect({ code, stdout }, stderr).toEqual({ code: 0, stdout: '' });
      expect(stderr).toMatch(/Stopping\. "hub demo" continues from here\.\n$/);
    },
  );

  it('then continues: names dataset and model after the folder, and lets the better version serve', {
    timeout: 300_000,
  }, async () => {
    const result = resultOf(await demo('colours', ...options));
    expect(result).toMatchObject({
      datasetVersion: { dataset: 'my-colours', number: 1, classes: COLOUR_NAMES },
      backbone: { name: 'narrow.safetensors' },
      steps: [
        { run: { kind: 'TRANSFER', state: 'SUCCEEDED' }, modelVersion: { number: 1 }, classifications: [] },
        { run: { kind: 'FINE_TUNE', state: 'SUCCEEDED' }, modelVersion: { number: 2 }, classifications: [] },
      ],
      modelVersion: { aliases: ['production'] },
    });
    expect(result.testAccuracy).toBe(Math.max(...result.steps.map(({ testAccuracy }) => testAccuracy)));
  });
});

describe('what hub demo cannot do', () => {
  it.each(['--from', '--weights'])(
    'refuses a path of %s where nothing is, before it starts anything',
    async (option) => {
      const path = join(folder, 'nothing');
      expect(await runHub(...command('unused', option, path))).toEqual({
        code: 2,
        stdout: '',
        stderr: `${JSON.stringify({ error: { code: 'BAD_INPUT', message: `${option}: ${path} cannot be read: give an existing path.` } })}\n`,
      });
      await expect(stat(join(folder, 'unused'))).rejects.toMatchObject({ code: 'ENOENT' });
    },
  );

  it.each([
    ['an option that it does not know', ['--epochs', '3'], "unknown option '--epochs'"],
    ['both --full and --from', ['--full', '--from', 'x'], "option '--full' cannot be used with option '--from <path>'"],
    [
      'both --weights and --backbone',
      ['--weights', 'x', '--backbone', 'imagenet'],
      "option '--weights <file>' cannot be used with option '--backbone <name>'",
    ],
  ])('refuses %s', async (_, options, message) => {
    const { code, stdout, stderr } = await runHub('demo', ...options);
    expect({ code, stdout, stderr }).toEqual({
      code: 2,
      stdout: '',
      stderr: `hub: ${message}: see --help.\n`,
    });
  });

  it('refuses a port that is no number, and says which setting it is', async () => {
    expect(await runHub('demo', '--port', 'eighty')).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^hub: The configuration cannot be used: --port .+\n$/),
    });
  });
});
