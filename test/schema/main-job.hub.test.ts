import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Files, tarGzOf, zipOf } from '../datasets/fixtures.js';
import {
  type ClassificationAnswer,
  type DatasetVersionAnswer,
  figuresOf,
  type ModelAnswer,
  type ModelVersionAnswer,
  type RunAnswer,
  type RunEventAnswer,
  type RunPageAnswer,
} from '../support/answers.js';
import { COLOUR_NAMES, colourImages, colourPhoto } from '../support/colour-images.js';
import { ENDLESS, QUICK } from '../support/recipes.js';
import { TestHub } from '../support/test-hub.js';

/** Of 3 classes with 20 images to train on and 8 to test on. */
const TEST_IMAGES = 24;

interface Deployments {
  readonly deployments: readonly { readonly model: string; readonly alias: string; readonly number: number }[];
}

// One story: every test begins where the one before it ended.
describe('the main job, over HTTP and WebSocket', () => {
  let hub: TestHub;
  let files: Files;
  let version: DatasetVersionAnswer;
  let run: RunAnswer;

  beforeAll(async () => {
    [hub, files] = await Promise.all([TestHub.start(), colourImages()]);
  });
  afterAll(() => hub.remove());

  const classify = async (colour: (typeof COLOUR_NAMES)[number], variables = {}): Promise<ClassificationAnswer> => {
    const photo = await colourPhoto(colour, 99, 64, 48);
    const answer = await hub.send<{ classify: ClassificationAnswer }>('classify', 'image', photo, {
      model: 'colours',
      ...variables,
    });
    return answer.classify;
  };

  it('creates a dataset', async () => {
    const input = { name: 'colours', description: 'Pictures of one colour each' };
    expect(await hub.ask('create-dataset', input)).toMatchObject({ createDataset: input });
  });

  it('registers an uploaded zip as its first version', async () => {
    const upload = await zipOf(files);
    const answer = await hub.send<{ registerDatasetVersion: DatasetVersionAnswer }>(
      'register-upload',
      'upload',
      upload,
      {
        dataset: 'colours',
      },
    );
    version = answer.registerDatasetVersion;
    expect(version).toMatchObject({
      dataset: 'colours',
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
  });

  it('returns the same version for the same images as an uploaded tar.gz', async () => {
    const upload = await tarGzOf(files);
    const variables = { dataset: 'colours' };
    expect(await hub.send('register-upload', 'upload', upload, variables)).toMatchObject({
      registerDatasetVersion: { id: version.id, number: 1, contentHash: version.contentHash },
    });
  });

  it('returns the same version for the same images in an allowed folder', async () => {
    const path = await hub.file('colours.zip', await zipOf(files));
    expect(await hub.ask('register-path', { dataset: 'colours', path })).toMatchObject({
      registerDatasetVersion: { id: version.id, number: 1, contentHash: version.contentHash },
    });
  });

  it('numbers other images as the next version', async () => {
    const path = await hub.file('other.zip', await zipOf(await colourImages({ train: 2, test: 1, seed: 1 })));
    const answer = await hub.ask<{ registerDatasetVersion: DatasetVersionAnswer }>('register-path', {
      dataset: 'colours',
      path,
    });
    expect(answer.registerDatasetVersion).toMatchObject({ number: 2, source: path });
    expect(answer.registerDatasetVersion.contentHash).not.toBe(version.contentHash);
  });

  it('makes the bundled backbone ready to use', async () => {
    expect(await hub.ask('add-backbone', { name: 'tiny-imagenet' })).toMatchObject({
      addBackbone: { name: 'tiny-imagenet', architecture: 'InceptionV3 x 0.0625', preprocessing: 'x / 127.5 - 1' },
    });
  });

  it('trains, and tells phases and epochs in order until the run has succeeded', async () => {
    const id = await hub.queue({ datasetVersionId: version.id, recipe: QUICK });
    const seen: RunEventAnswer[] = [];
    for await (const event of hub.watch(id)) seen.push(event);
    run = await hub.run(id);

    expect(run, JSON.stringify(run.error)).toMatchObject({ state: 'SUCCEEDED', backbone: { name: 'tiny-imagenet' } });
    expect(seen.every((event) => event.runId === id)).toBe(true);
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

  it('makes the same numbers of the same seed again, from cached features', async () => {
    const id = await hub.queue({ datasetVersionId: version.id, recipe: QUICK });
    const seen: RunEventAnswer[] = [];
    for await (const event of hub.watch(id)) seen.push(event);
    expect(seen.map(({ message }) => message)).toContain('Features: 84 of 84 cached, 0 to compute.');
    expect(seen.map(({ progress }) => progress?.phase)).not.toContain('FEATURES');
    expect(figuresOf(await hub.run(id))).toEqual(figuresOf(run));
  });

  it('makes other numbers of another seed', async () => {
    const other = await hub.train({ datasetVersionId: version.id, recipe: { ...QUICK, seed: 8, epochs: 2 } });
    expect(other.state).toBe('SUCCEEDED');
    expect(other.epochs[0]!.trainLoss).not.toBe(run.epochs[0]!.trainLoss);
  });

  it('cancels a run that is under way, and one that waits', async () => {
    const endless = { datasetVersionId: version.id, recipe: ENDLESS };
    const [working, waiting] = [await hub.queue(endless), await hub.queue(endless)];
    expect(await hub.ask('cancel-run', { id: waiting })).toEqual({ cancelRun: { id: waiting, state: 'CANCELLED' } });
    for await (const { epoch } of hub.watch(working)) {
      if (epoch?.epoch === 1) await hub.ask('cancel-run', { id: working });
    }
    expect(await hub.run(working)).toMatchObject({ state: 'CANCELLED', testAccuracy: null });
  });

  it('lists the runs newest first, page by page', async () => {
    const ids: string[] = [];
    let after: string | null = null;
    do {
      const page: RunPageAnswer = await hub.ask('runs', { first: 2, after });
      expect(page.runs.runs.length).toBeLessThanOrEqual(2);
      ids.push(...page.runs.runs.map(({ id }) => id));
      after = page.runs.next;
    } while (after !== null);
    expect(ids).toHaveLength(5);
    expect(ids).toEqual(ids.toSorted().toReversed());
    expect(ids.at(-1)).toBe(run.id);
  });

  it('registers the run as version 1 of a model, once', async () => {
    const registered = await hub.registerModel(run.id, 'colours');
    expect(registered).toMatchObject({
      model: 'colours',
      number: 1,
      runId: run.id,
      labels: COLOUR_NAMES,
      inputSize: 32,
      imageSize: 75,
      testAccuracy: run.testAccuracy,
      testLoss: run.testLoss,
      aliases: [],
    });
    expect(await hub.registerModel(run.id, 'colours')).toEqual(registered);
    expect((await hub.measured('colours', 1)).state).toBe('READY');
  });

  it('promotes it, and keeps who did it and why', async () => {
    const variables = { model: 'colours', version: 1, reason: 'the first one', expectedVersion: 0 };
    const { promoteModelVersion } = await hub.ask<{ promoteModelVersion: ModelVersionAnswer }>('promote', variables);
    expect(promoteModelVersion).toEqual({ model: 'colours', number: 1, aliases: ['production'] });
    const { model } = await hub.ask<{ model: ModelAnswer }>('model', { name: 'colours' });
    expect(model).toMatchObject({
      aliases: [{ name: 'production', version: { number: 1 } }],
      aliasEvents: [
        { alias: 'production', from: null, to: 1, actor: 'first', reason: 'the first one', overridden: false },
      ],
    });
    expect(await hub.ask<Deployments>('deployments')).toMatchObject({
      deployments: [{ model: 'colours', alias: 'production', number: 1 }],
    });
  });

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

  it('has everything when it starts again on its data, and serves without being asked to', async () => {
    const before = await classify('green');
    const model = await hub.ask('model', { name: 'colours' });
    const page = await hub.ask('runs', { first: 50 });
    await hub.stop();
    await hub.start();
    const { milliseconds: _then, timing: _where, ...answer } = before;
    expect(await classify('green')).toMatchObject(answer);
    expect(await hub.ask('model', { name: 'colours' })).toEqual(model);
    expect(await hub.ask('runs', { first: 50 })).toEqual(page);
    expect(await hub.run(run.id)).toEqual(run);
  });

  it('goes on where it was: the next version counts on', async () => {
    const again = await hub.train({ datasetVersionId: version.id, recipe: QUICK });
    expect(figuresOf(again)).toEqual(figuresOf(run));
    expect(await hub.registerModel(again.id, 'colours')).toMatchObject({ number: 2 });
  });
});
