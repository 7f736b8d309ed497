import { afterAll, beforeAll, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { zipOf } from '../datasets/archives.js';
import { figuresOf, type RunAnswer } from '../support/answers.js';
import { Cluster, HAS_CLUSTER } from '../support/cluster.js';
import { colourImages } from '../support/colour-images.js';
import type { HubProcess } from '../support/hub-process.js';
import { QUICK } from '../support/recipes.js';

/** Milliseconds within which workers hear of a cancellation. */
const CANCELLED = 5000;
/** Six further variants of each training image, which make several chunks of features. */
const RECIPE = { ...QUICK, epochs: 2, batchSize: 50, mirror: true, crops: 5, validation: 'TEST_SPLIT' };
const IMAGES = { train: 110, test: 10, seed: 5 };

interface Chunk {
  readonly key: string;
  readonly index: number;
  readonly blob: string;
  readonly rows: number;
}

describe.skipIf(!HAS_CLUSTER)('workers that share the features of a run', { timeout: 240_000 }, () => {
  let cluster: Cluster;
  let hub: HubProcess;
  let datasetVersionId: string;
  const workers: HubProcess[] = [];
  /** What one worker computes, and the run that is trained on it. */
  let alone: { readonly run: RunAnswer; readonly chunks: readonly Chunk[] };

  beforeAll(async () => {
    cluster = await Cluster.open();
    await cluster.query('DELETE FROM aliases; DELETE FROM model_versions'); // which workers would calibrate
    hub = await cluster.startFirst('--roles', 'api,serve');
    datasetVersionId = (await hub.register('many', await zipOf(await colourImages(IMAGES)))).id;
    await startWorker();
    const run = await hub.ended(await begin());
    alone = { run, chunks: await chunks() };
    await startWorker();
  }, 120_000);
  beforeEach(async () => {
    await cluster.query('DELETE FROM feature_chunks');
    const busy = () => cluster.query("SELECT id FROM processes WHERE working <> '[]'");
    await vi.waitUntil(async () => (await busy()).length === 0, { timeout: 15_000, interval: 100 });
  });
  afterAll(() => cluster?.remove());

  async function startWorker(): Promise<void> {
    workers.push(await cluster.start('train', { options: ['--share-features', '0'] }));
  }

  const begin = (): Promise<string> => hub.queue({ datasetVersionId, recipe: RECIPE });

  const chunks = (): Promise<Chunk[]> =>
    cluster.query<Chunk>('SELECT key, index, blob, rows FROM feature_chunks ORDER BY key, index');

  const slices = (id: string) => cluster.query(`SELECT id FROM feature_slices WHERE run_id = '${id}'`);

  /** Whether a worker has begun to compute a slice of the run. */
  const hasSlice =
    (id: string) =>
    ({ log }: HubProcess): boolean =>
      log.some(({ run, msg }) => run === id && msg === 'computing a slice of features');

  const bothHaveSlices = (id: string) =>
    vi.waitUntil(() => workers.every(hasSlice(id)), { timeout: 90_000, interval: 20 });

  const saidOf = async (id: string): Promise<string[]> => {
    const said: string[] = [];
    for await (const { message } of hub.watch(id)) if (message) said.push(message);
    return said;
  };

  /** The run ended as the one that a single worker trained, on the same bytes. */
  async function expectSame(id: string): Promise<void> {
    const run = await hub.ended(id);
    expect(run.state, JSON.stringify(run.error)).toBe('SUCCEEDED');
    expect(await chunks()).toEqual(alone.chunks);
    expect(figuresOf(run)).toEqual(figuresOf(alone.run));
    expect(await slices(id)).toEqual([]);
  }

  it('compute the same bytes as one', async () => {
    expect(alone.chunks.length, 'more than there are workers').toBeGreaterThan(2);
    const id = await begin();
    await expectSame(id);
    expect(workers.map(hasSlice(id))).toEqual([true, true]);
    const said = await saidOf(id);
    expect(said.filter((line) => /Shared among 2 workers in \d+ slices\.$/.test(line))).toHaveLength(1);
    expect(await saidOf(alone.run.id)).not.toContainEqual(expect.stringContaining('Shared'));
  });

  it('end their slices within seconds of the cancellation of the run, and take the next ones', async () => {
    const id = await begin();
    await bothHaveSlices(id);
    await hub.ask('cancel-run', { id });
    const began = performance.now();
    const small = inject('colours').datasetVersionId;
    const recipe = { ...QUICK, epochs: 1 };
    const queue = () => hub.queue({ datasetVersionId: small, recipe });
    const next = await Promise.all([queue(), queue()]);
    const isTaken = (run: string): boolean => workers.some(({ log }) => log.some((line) => line.run === run));
    await vi.waitUntil(() => next.every(isTaken), { timeout: 90_000, interval: 20 });
    expect(performance.now() - began).toBeLessThan(CANCELLED);
    expect(await hub.ended(id)).toMatchObject({ state: 'CANCELLED' });
    expect(await slices(id)).toEqual([]);
    for (const run of next) expect(await hub.ended(run)).toMatchObject({ state: 'SUCCEEDED' });
  });

  it('lose no more than a chunk when one of them is killed', async () => {
    const id = await begin();
    await bothHaveSlices(id);
    await workers.pop()?.end('SIGKILL');
    await expectSame(id);
  });
});
