import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { zipOf } from '../datasets/archives.js';
import { colourImages } from '../support/colour-images.js';
import { type Ended, runHub } from '../support/command.js';
import { TestHub } from '../support/test-hub.js';

interface Trained {
  readonly runs: readonly { readonly id: string; readonly state: string; readonly epochs: readonly unknown[] }[];
}

describe('hub train', () => {
  let hub: TestHub;

  beforeAll(async () => {
    hub = await TestHub.start();
    await hub.register('colours', await zipOf(await colourImages({ train: 6, test: 2 })));
  });
  afterAll(() => hub.remove());

  /** Runs `hub train` to its end, on the hub of this test unless the options name another. */
  const train = (...options: readonly string[]): Promise<Ended> =>
    runHub('train', '--backbone', 'tiny-imagenet-2', '--url', hub.url, '--data', hub.data, ...options);

  it('with the recipe seed trains three runs, each going on from the one before', async () => {
    const { code, stdout, stderr } = await train('--dataset', 'colours', '--recipe', 'seed', '--json');
    expect(code, stderr).toBe(0);
    const { runs } = JSON.parse(stdout) as Trained;
    expect(runs.map(({ state }) => state)).toEqual(['SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED']);
    const records = await Promise.all(runs.map(({ id }) => hub.run(id)));
    expect(records.map(({ kind }) => kind)).toEqual(['TRANSFER', 'FINE_TUNE', 'FINE_TUNE']);
    expect(records.map(({ parentRunId }) => parentRunId)).toEqual([null, runs[0]!.id, runs[1]!.id]);
    for (const [i, limit] of [4, 4, 10].entries()) expect(runs[i]!.epochs.length).toBeLessThanOrEqual(limit);
    expect(stderr).toContain('Stage 3 of 3, fine-tuning');
  });

  it('with the recipe best trains all behind mixed2, with what the head had and more', async () => {
    const { code, stdout, stderr } = await train('--dataset', 'colours', '--recipe', 'best', '--json');
    expect(code, stderr).toBe(0);
    const { runs } = JSON.parse(stdout) as Trained;
    expect(runs.map(({ epochs }) => epochs.length)).toEqual([4, 10]);
    const [head, whole] = await Promise.all(runs.map(({ id }) => hub.run(id)));
    expect(head!.recipe).toMatchObject({ splitLayer: 'avg_pool', mirror: false, labelSmoothing: 0.1, weightDecay: 0 });
    expect(whole!.recipe).toEqual({
      ...head!.recipe,
      splitLayer: 'mixed2',
      batchSize: 64,
      epochs: 10,
      learningRate: 1e-3,
      schedule: 'COSINE',
      warmUpEpochs: 1,
      weightDecay: 0.05,
      mirror: true,
      patience: null,
      restoreBest: false,
    });
  });

  it('trains on the version that is asked for, of the only dataset, and shows people what it came to', async () => {
    const { code, stdout, stderr } = await train('--dataset-version', '1');
    expect(code, stderr).toBe(0);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/Run [0-9a-f-]{36}: test accuracy \d+\.\d% in /);
  });

  it.each<[string, readonly string[], number, string]>([
    ['a dataset that is not there', ['--dataset', 'shapes'], 3, 'There is no dataset named shapes: '],
    ['a version that is not there', ['--dataset', 'colours', '--dataset-version', '9'], 3, 'colours has no version 9.'],
    [
      'an image size out of range',
      ['--dataset', 'colours', '--image-size', '20'],
      2,
      'imageSize: must be 32 or more (received 20)',
    ],
    [
      'an image size too small for the backbone',
      ['--dataset', 'colours', '--image-size', '50', '--backbone', 'tiny-imagenet-2'],
      2,
      'imageSize: must be 75 or more for InceptionV3 (received 50)',
    ],
    ['a backbone that cannot be had', ['--dataset', 'colours', '--backbone', 'resnet'], 2, 'no backbone named resnet'],
    ['a hub that is not there', ['--dataset', 'colours', '--url', 'http://127.0.0.1:1'], 4, 'No hub answers at'],
    ['a wrong token', ['--dataset', 'colours', '--token', 'x'], 5, 'token'],
    ['a data folder without a token', ['--dataset', 'colours', '--data', join('not', 'there')], 5, 'No access token'],
  ])('refuses %s in one line', async (_, options, exit, message) => {
    const { code, stderr } = await train(...options);
    expect(code).toBe(exit);
    const complaint = stderr.trim().split('\n').at(-1);
    expect(complaint).toMatch(/^hub: /);
    expect(complaint).toContain(message);
  });
});
