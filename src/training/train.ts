import { performance } from 'node:perf_hooks';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import type { Manifest } from '../datasets/manifest.js';
import { readManifest, ShardReader } from '../datasets/read-manifest.js';
import type { Batch, Engine } from '../engines/engine.js';
import type { NetworkThread } from '../engines/network-thread.js';
import { HubError } from '../errors.js';
import { head } from '../network/head.js';
import type { Layer } from '../network/layers.js';
import { writeSafetensors } from '../network/safetensors.js';
import { dropoutFactors, randomStream, shuffle } from '../random.js';
import type { BlobStore } from '../storage/blobs.js';
import { type Checkpoint, loadCheckpoint, saveCheckpoint } from './checkpoint.js';
import { evaluate } from './evaluate.js';
import { extractFeatures, FeatureTable } from './features.js';
import { initialWeights } from './initial-weights.js';
import type { EpochMetrics, Job, Phase, TrainingEvent } from './job.js';
import { ProgressMeter } from './progress.js';
import type { Recipe } from './recipe.js';
import { drawSplits } from './splits.js';

/** What a run needs from where it runs. */
export interface Surroundings {
  readonly blobs: BlobStore;
  readonly engine: Engine;
  /** Starts threads that compute the frozen part, as many as there are cores to use. */
  readonly networkThreads: () => readonly NetworkThread[];
  readonly emit: (event: TrainingEvent) => void;
  readonly signal: AbortSignal;
}

/**
 * One transfer run, from images to a trained and tested head: a function of the job and its blobs alone. Same job, same
 * engine, same number of threads: the same numbers, also when it was interrupted and goes on from a checkpoint.
 */
export async function train(job: Job, surroundings: Surroundings): Promise<void> {
  const { blobs, engine, emit, signal } = surroundings;
  const { recipe } = job;
  const seconds: Record<Phase, number> = { features: 0, training: 0, evaluation: 0 };
  emit({ type: 'started', engine: engine.info });

  // data
  const manifest = await readManifest(blobs, job.manifestBlob);
  const labels = Int32Array.from(manifest.images, (image) => image.label);
  const classes = manifest.classes.length;
  const splits = drawSplits(manifest, recipe);

  const table = await timed('features', () => bottleneckFeatures(job, manifest, surroundings));
  const inFeatures = table.rowLength;

  // model and optimizer, new or where they stood
  const headLayers = head(inFeatures, { classes, hidden: recipe.hiddenUnits, dropout: recipe.dropout });
  const checkpoint = job.checkpointBlob ? await loadCheckpoint(blobs, job.checkpointBlob) : undefined;
  const start = checkpoint?.state ?? {
    step: 0,
    weights: initialWeights(headLayers, recipe.seed),
    firstMoments: new Map(),
    secondMoments: new Map(),
  };
  const batchSize = Math.min(recipe.batchSize, splits.train.length);
  let trainer = await engine.trainer({ layers: headLayers, inFeatures, batchSize, start });
  const history: EpochMetrics[] = [...(checkpoint?.history ?? [])];
  let best = checkpoint?.best ?? { epoch: 0, weights: start.weights };
  if (checkpoint) emit({ type: 'log', message: `Goes on behind epoch ${history.length}.` });

  // epochs
  await timed('training', async () => {
    let saved = Promise.resolve();
    const meter = new ProgressMeter('training', (recipe.epochs - history.length) * splits.train.length, emit);
    while (history.length < recipe.epochs && !stoppedEarly(history, recipe)) {
      const began = performance.now();
      const epoch = history.length + 1;
      const trained = await trainEpoch(epoch, (images) => meter.add(images));
      const validated = await evaluate(trainer, table, splits.validation, labels, classes);
      const metrics: EpochMetrics = {
        epoch,
        ...trained,
        validationLoss: validated.loss,
        validationAccuracy: validated.accuracy,
        seconds: (performance.now() - began) / 1000,
      };
      history.push(metrics);
      const state = trainer.state();
      if (bestEpoch(history) === epoch) best = { epoch, weights: state.weights };
      await saved;
      saved = saveEpoch(metrics, { state, history: [...history], best }); // while the next epoch trains
      saved.catch(() => undefined); // awaited above or below; until then its failure must not end the process
    }
    await saved;
  });
  if (history.length < recipe.epochs) {
    emit({ type: 'log', message: `Stopped early: validation loss was best in epoch ${bestEpoch(history)}.` });
  }

  // the one look at the test split
  const keptEpoch = recipe.restoreBest ? best.epoch : history.length;
  if (keptEpoch !== history.length) {
    await trainer.dispose();
    trainer = await engine.trainer({
      layers: headLayers,
      inFeatures,
      batchSize,
      start: { ...start, weights: best.weights },
    });
  }
  const test = await timed('evaluation', () => evaluate(trainer, table, splits.test, labels, classes));
  const { sha256: weightsBlob } = await blobs.put(writeSafetensors(trainer.state().weights));
  await trainer.dispose();
  await table.close();
  const peakMemoryBytes = process.resourceUsage().maxRSS * 1024;
  emit({ type: 'finished', weightsBlob, test, keptEpoch, seconds, peakMemoryBytes });

  async function trainEpoch(
    epoch: number,
    onImages: (images: number) => void,
  ): Promise<{ trainLoss: number; trainAccuracy: number }> {
    const order = shuffle(splits.train.slice(), randomStream(recipe.seed, 'order', epoch));
    const dropout = randomStream(recipe.seed, 'dropout', epoch);
    let loss = 0;
    let correct = 0;
    for (let from = 0; from < order.length; from += batchSize) {
      signal.throwIfAborted();
      const rows = order.subarray(from, from + batchSize);
      const batch: Batch = {
        features: table.read(rows),
        labels: rows.map((row) => labels[row]!),
        count: rows.length,
        masks: dropoutMasks(headLayers, rows.length, dropout),
      };
      const result = await trainer.step(batch, recipe.learningRate);
      if (!Number.isFinite(result.loss)) {
        const message = `Training diverged in epoch ${epoch}: the loss is ${result.loss}. Lower the learning rate, which is ${recipe.learningRate}.`;
        throw new HubError('DIVERGED', message, { epoch, learningRate: recipe.learningRate });
      }
      loss += result.loss * rows.length;
      correct += result.correct;
      onImages(rows.length);
    }
    return { trainLoss: loss / order.length, trainAccuracy: correct / order.length };
  }

  async function saveEpoch(metrics: EpochMetrics, at: Checkpoint): Promise<void> {
    emit({ type: 'epoch', metrics, checkpointBlob: await saveCheckpoint(blobs, at) });
  }

  async function timed<T>(phase: Phase, work: () => Promise<T>): Promise<T> {
    const began = performance.now();
    try {
      return await work();
    } finally {
      seconds[phase] = (performance.now() - began) / 1000;
    }
  }
}

/** The features of every image at the end of the frozen part: those that are cached, and the others computed now. */
async function bottleneckFeatures(job: Job, manifest: Manifest, surroundings: Surroundings): Promise<FeatureTable> {
  const { blobs, networkThreads, emit, signal } = surroundings;
  const { size } = job;
  const table = new FeatureTable(blobs);
  let missing = manifest.images.length;
  for (const chunk of job.featureChunks) if (await table.add(chunk)) missing -= chunk.rows;
  const cached = manifest.images.length - missing;
  emit({ type: 'log', message: `Features: ${cached} of ${manifest.images.length} cached, ${missing} to compute.` });
  if (missing === 0) return table;

  const network = { backboneBlob: job.backboneBlob, size, upTo: 'avg_pool' } as const;
  const threads = networkThreads();
  const shards = new ShardReader(blobs, manifest);
  const meter = new ProgressMeter('features', missing, emit);
  const onImages = (images: number): void => meter.add(images);
  const isCached = (index: number): boolean => table.has(index);
  try {
    const networks = await Promise.all(threads.map((thread) => thread.load(network)));
    for await (const piece of extractFeatures({
      manifest,
      shards,
      networks,
      size,
      blobs,
      isCached,
      signal,
      onImages,
    })) {
      await table.add(piece.chunk);
      emit({ type: 'features', ...piece });
    }
  } finally {
    await shards.close();
    await Promise.all(threads.map((thread) => thread.close()));
  }
  return table;
}

/** The first epoch with the lowest validation loss. */
function bestEpoch(history: readonly EpochMetrics[]): number {
  return history.reduce((best, epoch) => (epoch.validationLoss < best.validationLoss ? epoch : best)).epoch;
}

/** Keras's EarlyStopping on val_loss: `patience` epochs in a row without a better one; 0 counts as 1. */
function stoppedEarly(history: readonly EpochMetrics[], { patience }: Recipe): boolean {
  if (patience === null || history.length < 2) return false;
  const since = history.length - bestEpoch(history);
  return since > 0 && since >= patience;
}

function dropoutMasks(layers: readonly Layer[], rows: number, random: RandomGenerator): Map<string, Float32Array> {
  const masks = new Map<string, Float32Array>();
  let units = 0;
  for (const layer of layers) {
    if (layer.kind === 'dense') units = layer.units;
    if (layer.kind !== 'dropout' || layer.rate === 0) continue;
    masks.set(layer.name, dropoutFactors(rows * units, layer.rate, random));
  }
  return masks;
}
