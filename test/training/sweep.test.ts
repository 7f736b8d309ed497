import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ingestImages } from '../../src/datasets/ingest.js';
import { TarSource } from '../../src/datasets/tar-source.js';
import type { Engine, Trainer, TrainerSpec } from '../../src/engines/engine.js';
import { NetworkThread } from '../../src/engines/network-thread.js';
import { OnnxEngine } from '../../src/engines/onnx/onnx-engine.js';
import { FileBlobStore } from '../../src/storage/file-blobs.js';
import type { SweepEvent, SweepJob } from '../../src/training/job.js';
import { recipeSchema } from '../../src/training/recipe.js';
import { sweep } from '../../src/training/sweep.js';
import { tarOf } from '../datasets/archives.js';
import { colourImages } from '../support/colour-images.js';
import { narrowBackboneFile } from '../support/narrow-backbone.js';
import { QUICK } from '../support/recipes.js';
import { removeFolder } from '../support/remove-folder.js';

type Trial = Extract<SweepEvent, { type: 'trial' }>;

let folder: string;
let blobs: FileBlobStore;
let job: SweepJob;

/** The real engine, but for a trainer of this batch size, whose loss is no number. */
function engineThatDivergesAt(wild: number): Engine {
  const engine = new OnnxEngine(1);
  return {
    info: engine.info,
    frozen: (spec) => engine.frozen(spec),
    classifier: (spec) => engine.classifier(spec),
    trainer: async (spec: TrainerSpec): Promise<Trainer> => {
      const trainer = await engine.trainer(spec);
      if (spec.batchSize !== wild) return trainer;
      return Object.assign(trainer, { take: async () => [{ loss: Number.NaN, correct: 0 }] });
    },
  };
}

async function run(changes: Partial<SweepJob> = {}, until?: (event: SweepEvent) => boolean): Promise<Trial[]> {
  const events: SweepEvent[] = [];
  const cancelled = new AbortController();
  const made = sweep(
    { ...job, ...changes },
    {
      blobs,
      engine: engineThatDivergesAt(13),
      networkHosts: () => [new NetworkThread({ blobPlace: { folder }, threads: 1 })],
      emit: (event) => {
        events.push(event);
        if (until?.(event)) cancelled.abort(new Error('cancelled'));
      },
      signal: cancelled.signal,
    },
  );
  if (until) await expect(made).rejects.toThrow('cancelled');
  else await made;
  return events.filter((event) => event.type === 'trial');
}

const figures = (trials: readonly Trial[]): unknown =>
  trials.map(({ seconds: _, history, ...trial }) => ({
    ...trial,
    epochs: history.map(({ seconds: __, ...all }) => all),
  }));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hub-sweep-'));
  blobs = new FileBlobStore(folder);
  const archive = await tarOf(await colourImages());
  const { manifestBlob } = await ingestImages(new TarSource(() => Readable.from([archive])), blobs);
  const recipe = recipeSchema.parse({ ...QUICK, epochs: 3, patience: null });
  job = {
    manifestBlob: manifestBlob.sha256,
    backboneBlob: (await blobs.put(narrowBackboneFile())).sha256,
    recipe,
    size: { input: 32, image: 75 },
    ...{ featureChunks: [], parentBlob: null, uncached: null, checkpointBlob: null },
    blobPlace: { folder },
    trials: [10, 11, 12].map((batchSize, i) => ({ number: i + 1, recipe: { ...recipe, batchSize } })),
    histories: [],
    ...{ metric: 'VALIDATION_LOSS', stopEarly: true },
  };
});
afterAll(() => removeFolder(folder));

describe('a sweep', () => {
  it('goes on with the trials that are missing, and comes to the same', async () => {
    const whole = await run();
    expect(whole.map(({ number, state }) => [number, state])).toEqual([1, 2, 3].map((number) => [number, 'SUCCEEDED']));
    const rest = await run({ trials: job.trials.slice(1), histories: [[...whole[0]!.history]] });
    expect(figures(rest)).toEqual(figures(whole.slice(1)));
  });

  it('compares trials with those that were made before it was interrupted', async () => {
    const perfect = [1, 2, 3].map((epoch) => ({
      ...{ epoch, trainLoss: 0, trainAccuracy: 1, validationLoss: 0, validationAccuracy: 1, seconds: 1 },
    }));
    const trials = await run({ histories: new Array(5).fill(perfect) });
    expect(trials[0]).toMatchObject({ state: 'STOPPED', history: { length: 2 } });
    const patient = await run({ histories: new Array(5).fill(perfect), stopEarly: false });
    expect(patient[0]).toMatchObject({ state: 'SUCCEEDED', history: { length: 3 } });
  });

  it('goes on behind a trial whose numbers run away', async () => {
    const wild = { number: 1, recipe: { ...job.recipe, batchSize: 13 } };
    const [first, second] = await run({ trials: [wild, ...job.trials.slice(1)] });
    expect(first).toMatchObject({
      ...{ state: 'FAILED', history: [] },
      reason: expect.stringMatching(/^Training diverged in epoch 1: the loss is NaN\./),
    });
    expect(second).toMatchObject({ number: 2, state: 'SUCCEEDED' });
  });

  it('ends at the next call when it is cancelled', async () => {
    const trials = await run({}, ({ type }) => type === 'trial');
    expect(trials).toHaveLength(1);
  });
});
