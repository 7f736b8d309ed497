import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUNDLED_ABOUT, BUNDLED_BACKBONES, IMAGENET_ABOUT } from '../../src/domain/backbone/published-backbones.js';
import { tarGzOf, zipOf } from '../datasets/archives.js';
import {
  type ClassificationAnswer,
  type DatasetVersionAnswer,
  figuresOf,
  type ModelAnswer,
  type ModelVersionAnswer,
  type RunAnswer,
  type RunEventAnswer,
} from '../support/answers.js';
import { COLOUR_NAMES, colourImages, colourPhoto } from '../support/colour-images.js';
import { ENDLESS, QUICK } from '../support/recipes.js';
import { TestHub } from '../support/test-hub.js';

/** Of 3 classes with 20 images to train on and 8 to test on. */
const TEST_IMAGES = 24;

interface Deployments {
  readonly deployments: readonly { readonly model: string; readonly alias: string; readonly number: number }[];
}

let hub: TestHub;
let datasetVersionId: string;
/** The run of the prepared data. */
let preparedId: string;

beforeAll(async () => {
  const colours = await TestHub.startWithColours();
  hub = colours;
  ({ datasetVersionId, runId: preparedId } = colours);
});
afterAll(() => hub.remove());

/** Queues a run and waits for its end. */
async function watched(recipe: object): Promise<{ run: RunAnswer; seen: readonly RunEventAnswer[] }> {
  const id = await hub.queue({ datasetVersionId, recipe });
  const seen: RunEventAnswer[] = [];
  for await (const event of hub.watch(id)) seen.push(event);
  return { run: await hub.run(id), seen };
}

describe('a dataset version, over HTTP', () => {
  it('is the same for the same images from any source, and the next one for others', async () => {
    const files = await colourImages();
    const dataset = 'sources';
    const registered = async (request: string, given: object): Promise<DatasetVersionAnswer> => {
      const variables = { dataset, ...given };
      const answer = await hub.ask<{ registerDatasetVersion: DatasetVersionAnswer }>(request, variables);
      return answer.registerDatasetVersion;
    };
    const uploaded = async (archive: Buffer): Promise<DatasetVersionAnswer> => {
      const variables = { dataset };
      const answer = await hub.send<{ registerDatasetVersion: DatasetVersionAnswer }>(
        'register-upload',
        'upload',
        archive,
        variables,
      );
      return answer.registerDatasetVersion;
    };
    const input = { name: dataset, description: 'Pictures of one color each' };
    expect(await hub.ask('create-dataset', input)).toMatchObject({ createDataset: input });

    const version = await uploaded(await zipOf(files));
    expect(version).toMatchObject({
      dataset,
      number: 1,
      classes: COLOUR_NAMES,
      imageCount: 84,
      width: 32,
      height: 32,
      source: 'upload',
      rejectedCount: 0,
      splits: [
        { split: 'TRAIN', images: 60 },
        { split: 'VALIDATION', images: 0 },
        { split: 'TEST', images: TEST_IMAGES },
      ],
    });
    const { id, contentHash } = version;
    expect(await uploaded(await tarGzOf(files))).toMatchObject({ id, number: 1, contentHash });
    const same = await hub.file('sources.zip', await zipOf(files));
    expect(await registered('register-path', { path: same })).toMatchObject({ id, number: 1, contentHash });

    const path = await hub.file('other.zip', await zipOf(await colourImages({ train: 2, test: 1, seed: 1 })));
    const other = await registered('register-path', { path });
    expect(other).toMatchObject({ number: 2, source: path });
    expect(other.contentHash).not.toBe(contentHash);
  });
});

it('the built-in backbones are listed, with what is known of them and why one cannot be had', async () => {
  const fields = 'name source licence trainedOn figures downloadBytes problem';
  expect(await hub.client.request(`{ builtInBackbones { ${fields} } }`)).toEqual({
    builtInBackbones: [
      {
        ...IMAGENET_ABOUT,
        name: 'imagenet',
        downloadBytes: 1,
        problem: expect.stringMatching(/^The backbone "imagenet" cannot be downloaded: .*Choose "efficientnet-lite0"/),
      },
      ...Array.from(BUNDLED_BACKBONES, ([name, about]) => ({ ...about, name, downloadBytes: null, problem: null })),
    ],
  });
});

it('the bundled backbone is made ready to use', async () => {
  expect(await hub.ask('add-backbone', { name: 'tiny-imagenet-2' })).toMatchObject({
    addBackbone: {
      name: 'tiny-imagenet-2',
      architecture: 'InceptionV3 x 0.0625',
      preprocessing: 'x / 127.5 - 1',
      ...BUNDLED_ABOUT,
    },
  });
});

describe('a run, over HTTP and WebSocket', () => {
  /** The prepared run used another size of image: this one computes features. */
  const recipe = { ...QUICK, imageSize: 80 };
  let run: RunAnswer;
  let seen: readonly RunEventAnswer[];
  beforeAll(async () => {
    ({ run, seen } = await watched(recipe));
  });

  it('sends phases and epochs in order until it has succeeded', () => {
    expect(run, JSON.stringify(run.error)).toMatchObject({ state: 'SUCCEEDED', backbone: { name: 'tiny-imagenet-2' } });
    expect(seen.every((event) => event.runId === run.id)).toBe(true);
    const states = seen.flatMap(({ state }) => state ?? []);
    expect(states).toEqual(['QUEUED', 'RUNNING', 'SUCCEEDED']);
    expect(seen.at(-1)).toMatchObject({ kind: 'STATE', state: 'SUCCEEDED' });
    const progress = seen.flatMap((event) => event.progress ?? []);
    const phases = progress.map(({ phase }) => phase);
    expect([...new Set(phases)]).toEqual(['FEATURES', 'TRAINING']);
    expect(phases).toEqual(phases.toSorted());
    for (const { done, total } of progress) expect(done).toBeLessThanOrEqual(total);
    expect(progress).toContainEqual(expect.objectContaining({ phase: 'FEATURES', done: 84, total: 84 }));
    const epochs = seen.flatMap(({ epoch }) => epoch ?? []);
    expect(epochs).toEqual(run.epochs.map(({ seconds: _, ...figures }) => figures));
    expect(epochs.map(({ epoch }) => epoch)).toEqual(epochs.map((_, i) => i + 1));
  });

  it('classifies the test images far better than by chance', () => {
    expect(run.testAccuracy).toBeGreaterThan(0.8);
    expect(run.keptEpoch).toBe(
      run.epochs.reduce((best, epoch) => (epoch.validationLoss < best.validationLoss ? epoch : best)).epoch,
    );
    expect(run.seconds?.features).toBeGreaterThan(0);
    expect(run.peakMemoryBytes).toBeGreaterThan(50e6);
    expect(run.engine).toMatchObject({ name: 'onnx', device: 'cpu' });
  });

  it('counts every test image once in the confusion matrix, and those on its diagonal as right', () => {
    const { labels, counts } = run.confusion!;
    expect(labels).toEqual(COLOUR_NAMES);
    expect(counts.flat().reduce((sum, count) => sum + count)).toBe(TEST_IMAGES);
    expect(counts.map((row) => row.reduce((sum, count) => sum + count))).toEqual([8, 8, 8]);
    const right = counts.reduce((sum, row, i) => sum + row[i]!, 0);
    expect(right / TEST_IMAGES).toBeCloseTo(run.testAccuracy!, 12);
  });

  it('has the same numbers for the same seed, from cached features', async () => {
    const again = await watched(recipe);
    expect(again.seen.map(({ message }) => message)).toContain('Features: 84 of 84 cached, 0 to compute.');
    expect(again.seen.map(({ progress }) => progress?.phase)).not.toContain('FEATURES');
    expect(figuresOf(again.run)).toEqual(figuresOf(run));
  });

  it('has other numbers for another seed', async () => {
    const { run: other } = await watched({ ...recipe, seed: 8, epochs: 2 });
    expect(other.state).toBe('SUCCEEDED');
    expect(other.epochs[0]!.trainLoss).not.toBe(run.epochs[0]!.trainLoss);
  });

  it('is cancelled while it is under way, and while it waits', async () => {
    const endless = { datasetVersionId, recipe: ENDLESS };
    const [working, waiting] = [await hub.queue(endless), await hub.queue(endless)];
    expect(await hub.ask('cancel-run', { id: waiting })).toEqual({ cancelRun: { id: waiting, state: 'CANCELLED' } });
    for await (const { epoch } of hub.watch(working)) {
      if (epoch?.epoch === 1) await hub.ask('cancel-run', { id: working });
    }
    expect(await hub.run(working)).toMatchObject({ state: 'CANCELLED', testAccuracy: null });
  });
});

describe('a model version', () => {
  it('is registered from a run once, and promoted by an actor for a reason', async () => {
    const name = 'promoted';
    const run = await hub.run(preparedId);
    const registered = await hub.registerModel(run.id, name);
    expect(registered).toMatchObject({
      model: name,
      number: 1,
      runId: run.id,
      labels: COLOUR_NAMES,
      inputSize: 32,
      imageSize: 75,
      testAccuracy: run.testAccuracy,
      testLoss: run.testLoss,
      aliases: [],
    });
    expect(await hub.registerModel(run.id, name)).toEqual(registered);

    const variables = { now: true, model: name, version: 1, reason: 'the first one', expectedVersion: 0 };
    const { promoteModelVersion } = await hub.ask<{ promoteModelVersion: ModelVersionAnswer }>('promote', variables);
    expect(promoteModelVersion).toEqual({ model: name, number: 1, aliases: ['production'] });
    const { model } = await hub.ask<{ model: ModelAnswer }>('model', { name });
    expect(model).toMatchObject({
      aliases: [{ name: 'production', version: { number: 1 } }],
      aliasEvents: [
        { alias: 'production', from: null, to: 1, actor: 'first', reason: 'the first one', overridden: false },
      ],
    });
    const { deployments } = await hub.ask<Deployments>('deployments');
    expect(deployments.filter(({ model }) => model === name)).toMatchObject([{ alias: 'production', number: 1 }]);
  });
});

describe('a model that serves', () => {
  const classify = async (colour: (typeof COLOUR_NAMES)[number], variables = {}): Promise<ClassificationAnswer> => {
    const photo = await colourPhoto(colour, 99, 64, 48);
    const answer = await hub.send<{ classify: ClassificationAnswer }>('classify', 'image', photo, {
      model: 'colours',
      ...variables,
    });
    return answer.classify;
  };

  it.each(COLOUR_NAMES)('classifies a photo of another size: %s', async (colour) => {
    const answer = await classify(colour);
    const probabilities = answer.top.map(({ probability }) => probability);
    expect(answer).toMatchObject({ label: colour, confidence: probabilities[0], model: 'colours', modelVersion: 1 });
    expect(answer.top.map(({ label }) => label).toSorted()).toEqual(COLOUR_NAMES);
    expect(probabilities).toEqual(probabilities.toSorted((a, b) => b - a));
    expect(probabilities.reduce((sum, probability) => sum + probability)).toBeCloseTo(1, 5);
    expect(answer.milliseconds).toBeGreaterThan(0);
  });

  it('lists as many classes as it is asked for', async () => {
    const [all, two] = [await classify('red'), await classify('red', { topK: 2 })];
    expect(two.top).toEqual(all.top.slice(0, 2));
  });

  it('serves when the hub starts again, with everything that was there, and gets the next version', async () => {
    const run = await hub.run(preparedId);
    const before = await classify('green');
    const model = await hub.ask('model', { name: 'colours' });
    const page = await hub.ask('runs', { first: 50 });
    await hub.stop();
    await hub.start();
    const { milliseconds: _then, timing: _where, ...answer } = before;
    expect(await classify('green')).toMatchObject(answer);
    expect(await hub.ask('model', { name: 'colours' })).toEqual(model);
    expect(await hub.ask('runs', { first: 50 })).toEqual(page);
    expect(await hub.run(preparedId)).toEqual(run);

    const again = await hub.train({ datasetVersionId, recipe: QUICK });
    expect(figuresOf(again)).toEqual(figuresOf(run));
    expect(await hub.registerModel(again.id, 'colours')).toMatchObject({ number: 2 });
  });
});
