import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registerImages } from '../../src/datasets/register.js';
import { TarSource } from '../../src/datasets/tar-source.js';
import { NetworkThread } from '../../src/engines/network-thread.js';
import { OnnxEngine } from '../../src/engines/onnx/onnx-engine.js';
import { FileBlobStore } from '../../src/storage/file-blobs.js';
import type { Job, TrainingEvent } from '../../src/training/job.js';
import { recipeSchema } from '../../src/training/recipe.js';
import { train } from '../../src/training/train.js';
import { tarOf } from '../datasets/fixtures.js';
import { colourImages } from '../support/colour-images.js';
import { narrowBackboneFile } from '../support/narrow-backbone.js';
import { QUICK } from '../support/recipes.js';
import { NETWORK_THREAD_ENTRY } from '../support/test-hub.js';

type EventOf<T extends TrainingEvent['type']> = Extract<TrainingEvent, { type: T }>;

const EPOCHS = 5;
let folder: string;
let blobs: FileBlobStore;
let job: Job;
let undisturbed: TrainingEvent[];

const of = <T extends TrainingEvent['type']>(events: readonly TrainingEvent[], type: T): EventOf<T>[] =>
  events.filter((event): event is EventOf<T> => event.type === type);

/** Trains in this process. @returns everything that it told. */
async function run(changes: Partial<Job> = {}, until?: (event: TrainingEvent) => boolean): Promise<TrainingEvent[]> {
  const events: TrainingEvent[] = [];
  const cancelled = new AbortController();
  const threads = (): NetworkThread[] => [new NetworkThread({ blobFolder: folder, threads: 1 }, NETWORK_THREAD_ENTRY)];
  const emit = (event: TrainingEvent): void => {
    events.push(event);
    if (until?.(event)) cancelled.abort(new Error('cancelled'));
  };
  const { signal } = cancelled;
  const training = train(
    { ...job, ...changes },
    { blobs, engine: new OnnxEngine(1), networkThreads: threads, emit, signal },
  );
  if (until) await expect(training).rejects.toThrow('cancelled');
  else await training;
  return events;
}

/** What two runs that came to the same have in common. */
function outcome(events: readonly TrainingEvent[]): unknown {
  const [{ weightsBlob, test, keptEpoch }] = of(events, 'finished') as [EventOf<'finished'>];
  return { weightsBlob, test, keptEpoch };
}

const epochsOf = (events: readonly TrainingEvent[]): unknown[] =>
  of(events, 'epoch').map(({ metrics: { seconds: _, ...figures } }) => figures);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hub-train-'));
  blobs = new FileBlobStore(folder);
  const archive = await tarOf(await colourImages());
  const { manifestBlob } = await registerImages(new TarSource(() => Readable.from([archive])), blobs);
  job = {
    manifestBlob: manifestBlob.sha256,
    backboneBlob: (await blobs.put(narrowBackboneFile())).sha256,
    recipe: recipeSchema.parse({ ...QUICK, epochs: EPOCHS, patience: null }),
    size: { input: 32, image: 75 },
    featureChunks: [],
    parentBlob: null,
    uncached: null,
    checkpointBlob: null,
    checkpointSeconds: 60,
    blobFolder: folder,
  };
  undisturbed = await run();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a training run', () => {
  it('tells its engine, features, epochs and end, in this order', () => {
    const types = undisturbed.map(({ type }) => type).filter((type) => type !== 'progress' && type !== 'log');
    expect(types).toEqual(['started', 'features', ...new Array(EPOCHS).fill('epoch'), 'finished']);
    for (const { checkpointBlob } of of(undisturbed, 'epoch')) expect(checkpointBlob).toMatch(/^[0-9a-f]{64}$/);
    for (const { done, total } of of(undisturbed, 'progress')) expect(done).toBeLessThanOrEqual(total);
  });

  it('comes to the same weights, bit by bit, with the same seed', async () => {
    const again = await run();
    expect(outcome(again)).toEqual(outcome(undisturbed));
    expect(epochsOf(again)).toEqual(epochsOf(undisturbed));
  });

  it('comes to other weights with another seed', async () => {
    const other = await run({ recipe: { ...job.recipe, seed: job.recipe.seed + 1 } });
    expect(of(other, 'finished')[0]!.weightsBlob).not.toBe(of(undisturbed, 'finished')[0]!.weightsBlob);
  });

  it.each(Array.from({ length: EPOCHS }, (_, i) => i + 1))(
    'that goes on from its checkpoint behind epoch %i comes to the same weights, bit by bit',
    async (epoch) => {
      const { checkpointBlob } = of(undisturbed, 'epoch')[epoch - 1]!;
      const featureChunks = of(undisturbed, 'features').map(({ chunk }) => chunk);
      const resumed = await run({ checkpointBlob, featureChunks });
      expect(of(resumed, 'features')).toEqual([]);
      expect(epochsOf(resumed)).toEqual(epochsOf(undisturbed).slice(epoch));
      expect(outcome(resumed)).toEqual(outcome(undisturbed));
    },
  );

  it('that is cancelled ends at the next batch, behind what it had saved', async () => {
    const events = await run({}, ({ type }) => type === 'epoch');
    expect(of(events, 'finished')).toEqual([]);
    const saved = of(events, 'epoch');
    expect(saved.length).toBeGreaterThan(0);
    expect(saved.length).toBeLessThan(EPOCHS);
    const resumed = await run({ checkpointBlob: saved.at(-1)!.checkpointBlob });
    expect(outcome(resumed)).toEqual(outcome(undisturbed));
  });

  it('computes again what of its features is gone', async () => {
    const [chunk] = of(undisturbed, 'features').map((event) => event.chunk);
    const gone = { ...chunk!, blob: 'f'.repeat(64) };
    const events = await run({ featureChunks: [gone] });
    expect(of(events, 'log')[0]!.message).toBe('Features: 0 of 84 cached, 84 to compute.');
    expect(of(events, 'features').map((event) => event.chunk)).toEqual([chunk]);
    expect(outcome(events)).toEqual(outcome(undisturbed));
  });
});
