import { performance } from 'node:perf_hooks';
import prettyMilliseconds from 'pretty-ms';
import type { Manifest } from '../datasets/manifest.js';
import { readManifest, ShardReader } from '../datasets/read-manifest.js';
import type { Features } from '../engines/engine.js';
import type { NetworkHost } from '../engines/network-loader.js';
import type { BlobStore } from '../storage/blobs.js';
import { extractFeatures, type FeatureSource, FeatureTable, featureTypeOf } from './features.js';
import { FrozenPart, type FrozenPartOptions } from './frozen-part.js';
import { type ImageVariant, imageVariants } from './image-variants.js';
import type { FeatureChunk, Job, SliceEvent, SliceJob, TrainingEvent } from './job.js';
import { ProgressMeter } from './progress.js';
import { firstTrainedLayerOf } from './recipe.js';

interface FeatureContext {
  readonly blobs: BlobStore;
  readonly networkHosts: (images: number) => readonly NetworkHost[];
  readonly emit: (event: Extract<TrainingEvent, { type: 'log' | 'progress' | 'features' }>) => void;
  readonly signal: AbortSignal;
}

/** Images timed to estimate the speed of the frozen part: enough to keep every thread busy. */
const PROBE = 64;

/**
 * Opens the features of all image variants at the first trained layer: from the cache, which is filled first, or computed
 * on demand.
 * @param variants every variant the run may use. @param perEpoch variants read per epoch.
 * @returns `computed`: variants computed now; null when they are computed on demand.
 */
export async function openFeatures(
  job: Job,
  manifest: Manifest,
  variants: readonly ImageVariant[],
  perEpoch: number,
  context: FeatureContext,
): Promise<{ source: FeatureSource; computed: number | null }> {
  const { blobs, emit } = context;
  if (job.uncached !== null) {
    const { source } = await openFrozenPart(job, manifest, variants, context);
    await unlessItFails(source, async () => {
      const time = prettyMilliseconds(await timeOf(perEpoch, source, variants.length), { secondsDecimalDigits: 0 });
      const message = `Features are recomputed in every epoch: ${job.uncached} Expect about ${time} per epoch.`;
      emit({ type: 'log', message });
    });
    return { source, computed: null };
  }
  const table = new FeatureTable(blobs, featureTypeOf(firstTrainedLayerOf(job.recipe)));
  const computed = await unlessItFails(table, () => fill(table, job, manifest, variants, context));
  return { source: table, computed };
}

/** Adds the cached chunks of features to a table, then those that it computes. @returns the variants computed. */
async function fill(
  table: FeatureTable,
  job: Job,
  manifest: Manifest,
  variants: readonly ImageVariant[],
  context: FeatureContext,
): Promise<number> {
  const { emit } = context;
  let missing = variants.length;
  for (const chunk of job.featureChunks) if (await table.add(chunk)) missing -= chunk.rows;
  const cached = variants.length - missing;
  emit({ type: 'log', message: `Features: ${cached} of ${variants.length} cached, ${missing} to compute.` });
  if (missing === 0) return 0;

  const meter = new ProgressMeter('features', variants.length, emit, cached);
  const onImages = (images: number): void => meter.add(images);
  const isCached = (index: number): boolean => table.has(index);
  for await (const piece of computeChunks(job, manifest, variants, { ...context, isCached, onImages })) {
    await table.add(piece.chunk);
    emit({ type: 'features', ...piece });
  }
  return missing;
}

/** Computes and stores a slice of a run's features: the same chunks, byte for byte, as a worker that computes all of them. */
export async function computeSlice(
  job: SliceJob,
  context: Omit<FeatureContext, 'emit'> & { readonly emit: (event: SliceEvent) => void },
): Promise<void> {
  const manifest = await readManifest(context.blobs, job.manifestBlob);
  const variants = imageVariants(manifest, job.recipe);
  const cached = new Set(job.featureChunks.map(({ index }) => index));
  const isCached = (index: number): boolean =>
    index < job.first || index >= job.first + job.chunks || cached.has(index);
  const parts = { ...context, isCached, onImages: () => undefined };
  for await (const piece of computeChunks(job, manifest, variants, parts)) {
    context.emit({ type: 'features', ...piece });
  }
  context.emit({ type: 'finished' });
}

/** Loads the frozen part and computes the chunks that are not cached. */
async function* computeChunks(
  job: Job,
  manifest: Manifest,
  variants: readonly ImageVariant[],
  context: Omit<FeatureContext, 'emit'> & {
    readonly isCached: (index: number) => boolean;
    readonly onImages: (images: number) => void;
  },
): AsyncGenerator<{ chunk: FeatureChunk; bytes: number }> {
  const { blobs, isCached, onImages } = context;
  const { options, close } = await openFrozenPart(job, manifest, variants, context);
  try {
    yield* extractFeatures({ ...options, variants, blobs, isCached, onImages });
  } finally {
    await close();
  }
}

/** Runs work on a source that its caller will close, and closes it here when the work fails. */
async function unlessItFails<T>(source: Pick<FeatureSource, 'close'>, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await source.close();
    throw error;
  }
}

/** Estimated milliseconds for a number of image variants, from timing a few. */
async function timeOf(variants: number, source: FeatureSource, available: number): Promise<number> {
  const probe = Int32Array.from({ length: Math.min(PROBE, available) }, (_, row) => row);
  const began = performance.now();
  await source.read(probe);
  return ((performance.now() - began) * variants) / probe.length;
}

/** Loads the frozen part on its hosts, and wraps it as a source that computes features on demand. */
export async function openFrozenPart(
  job: Job,
  manifest: Manifest,
  variants: readonly ImageVariant[],
  { blobs, networkHosts, signal }: Omit<FeatureContext, 'emit'>,
): Promise<{ options: FrozenPartOptions; source: FeatureSource; close: () => Promise<void> }> {
  const { backboneBlob, size, recipe } = job;
  const type = featureTypeOf(firstTrainedLayerOf(recipe));
  const hosts = networkHosts(variants.length);
  const shards = new ShardReader(blobs, manifest);
  const close = async (): Promise<void> => {
    await shards.close();
    await Promise.all(hosts.map((host) => host.close()));
  };
  try {
    const network = { backboneBlob, size, firstTrainedLayer: firstTrainedLayerOf(recipe), type };
    const networks = await Promise.all(hosts.map((host) => host.loadFrozen(network)));
    const options = { shards, networks, size, type, signal };
    const frozen = new FrozenPart(options);
    const read = (rows: Int32Array): Promise<Features> => frozen.compute(Array.from(rows, (row) => variants[row]!));
    return { options, close, source: { rowLength: frozen.outFeatures, read, close } };
  } catch (error) {
    await close();
    throw error;
  }
}
