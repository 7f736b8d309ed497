import { performance } from 'node:perf_hooks';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import { readManifest } from '../datasets/read-manifest.js';
import type { Batch, Engine, Features, Step, TrainerState } from '../engines/engine.js';
import type { NetworkThread } from '../engines/network-thread.js';
import { HubError } from '../errors.js';
import type { Layer } from '../network/layers.js';
import { safetensorsParts } from '../network/safetensors.js';
import { dropoutFactors, randomStream, shuffle, uniform } from '../random.js';
import type { BlobStore } from '../storage/blobs.js';
import { type Checkpoint, loadCheckpoint, NOTHING_YET, type Partial, saveCheckpoint } from './checkpoint.js';
import { chunks } from './chunks.js';
import { evaluate } from './evaluate.js';
import { openFeatures } from './feature-source.js';
import type { FeatureSource } from './features.js';
import type { EpochMetrics, Job, Phase, TrainingEvent } from './job.js';
import { buildLearner } from './learner.js';
import { learningRateAt } from './learning-rate.js';
import { mirroredRow, picturesOf } from './pictures.js';
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
 * One run, from images to trained and tested weights: a function of the job and its blobs alone. Same job, same engine,
 * same number of threads: the same numbers, also when it was interrupted and goes on from a checkpoint.
 */
export async function train(job: Job, surroundings: Surroundings): Promise<void> {
  const { blobs, engine, emit, signal } = surroundings;
  const { recipe } = job;
  const seconds: Record<Phase, number> = { features: 0, training: 0, evaluation: 0 };
  emit({ type: 'started', engine: engine.info });

  // data
  const manifest = await readManifest(blobs, job.manifestBlob);
  const pictures = picturesOf(manifest, recipe.mirror);
  const labels = Int32Array.from(pictures, ({ image }) => image.label);
  const classes = manifest.classes.length;
  const splits = drawSplits(manifest, recipe);
  const perEpoch = splits.train.length + splits.validation.length;
  const source = await timed('features', () => openFeatures(job, manifest, pictures, perEpoch, surroundings));

  // model and optimizer, new or where they stood
  const learner = await buildLearner(job, blobs, { classes, rowLength: source.rowLength });
  const { layers, input, folded } = learner;
  const begin = { step: 0, weights: learner.start, firstMoments: new Map(), secondMoments: new Map() };
  const checkpoint = job.checkpointBlob ? await loadCheckpoint(blobs, job.checkpointBlob) : undefined;
  const batchSize = Math.min(recipe.batchSize, splits.train.length);
  const stepsPerEpoch = Math.ceil(splits.train.length / batchSize);
  const { weightDecay } = recipe;
  const trainerFrom = (start: TrainerState) => engine.trainer({ layers, input, folded, batchSize, weightDecay, start });
  let trainer = await trainerFrom(checkpoint?.state ?? begin);
  const history: EpochMetrics[] = [...(checkpoint?.history ?? [])];
  let partial = checkpoint?.partial ?? NOTHING_YET;
  let best = checkpoint?.best ?? { epoch: 0, weights: begin.weights };
  if (checkpoint) {
    const within = partial.images > 0 ? ` and ${partial.images} images` : '';
    emit({ type: 'log', message: `Goes on behind epoch ${history.length}${within}.` });
  }

  // epochs
  let saved = Promise.resolve();
  let savedAt = performance.now();
  await timed('training', async () => {
    const left = (recipe.epochs - history.length) * splits.train.length - partial.images;
    const meter = new ProgressMeter('training', left, emit);
    while (history.length < recipe.epochs && !stoppedEarly(history, recipe)) {
      const began = performance.now();
      const epoch = history.length + 1;
      const { loss, correct, images } = await trainEpoch(epoch, (done) => meter.add(done));
      const validated = await evaluate(trainer, source, splits.validation, labels, classes);
      const metrics: EpochMetrics = {
        epoch,
        trainLoss: loss / images,
        trainAccuracy: correct / images,
        validationLoss: validated.loss,
        validationAccuracy: validated.accuracy,
        seconds: (performance.now() - began) / 1000,
      };
      history.push(metrics);
      partial = NOTHING_YET;
      const state = trainer.state();
      if (bestEpoch(history) === epoch) best = { epoch, weights: state.weights };
      await save(state, (checkpointBlob) => emit({ type: 'epoch', metrics, checkpointBlob }));
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
    trainer = await trainerFrom({ ...begin, weights: best.weights });
  }
  const test = await timed('evaluation', () => evaluate(trainer, source, splits.test, labels, classes));
  const { sha256: weightsBlob } = await blobs.put(safetensorsParts(learner.toKeras(trainer.state().weights)));
  await trainer.dispose();
  await source.close();
  const peakMemoryBytes = process.resourceUsage().maxRSS * 1024;
  emit({ type: 'finished', weightsBlob, test, keptEpoch, seconds, peakMemoryBytes });

  /** Goes on in an epoch where `partial` stands. */
  async function trainEpoch(epoch: number, onImages: (images: number) => void): Promise<Partial> {
    const shuffled = shuffle(splits.train.slice(), randomStream(recipe.seed, 'order', epoch));
    const order = recipe.mirror ? mirrorSome(shuffled, randomStream(recipe.seed, 'mirror', epoch)) : shuffled;
    const batches = slices(order, batchSize).slice(partial.images / batchSize);
    const passes = batches.map((batch) => slices(batch, trainer.passSize));
    const features = readAhead(source, passes.flat(), trainer.stepsPerCall);
    for (const group of chunks(passes, trainer.stepsPerCall)) {
      signal.throwIfAborted();
      const steps = group.map((batch, i) => stepOf(batch, epoch, partial.images / batchSize + i, features));
      const results = await trainer.take(steps);
      for (const [i, { loss, correct }] of results.entries()) {
        if (!Number.isFinite(loss)) throw diverged(`the loss is ${loss}`, epoch, recipe);
        const images = (steps[i] as Step).count;
        partial = {
          images: partial.images + images,
          loss: partial.loss + loss * images,
          correct: partial.correct + correct,
        };
        onImages(images);
      }
      const due = performance.now() - savedAt >= job.checkpointSeconds * 1000;
      if (due && partial.images < order.length) {
        await save(trainer.state(), (checkpointBlob) => emit({ type: 'checkpoint', checkpointBlob }));
      }
    }
    return partial;
  }

  /** @param passes rows of a batch. @param step from 0 in its epoch. */
  function stepOf(passes: readonly Int32Array[], epoch: number, step: number, features: AsyncIterator<Features>): Step {
    const dropout = randomStream(recipe.seed, 'dropout', epoch, step);
    const masks = (n: number) => dropoutMasks(layers, n, dropout);
    return {
      passes: batchOf(passes, features, masks),
      count: passes.reduce((count, rows) => count + rows.length, 0),
      learningRate: learningRateAt((epoch - 1) * stepsPerEpoch + step, stepsPerEpoch, recipe),
    };
  }

  async function* batchOf(
    passes: readonly Int32Array[],
    features: AsyncIterator<Features>,
    masks: (rows: number) => Batch['masks'],
  ): AsyncGenerator<Batch> {
    for (const rows of passes) {
      const { value } = await features.next();
      yield { features: value as Features, targets: targetsOf(rows), count: rows.length, masks: masks(rows.length) };
    }
  }

  /** One-hot, or smoothed: labelSmoothing of each row is spread over all classes. */
  function targetsOf(rows: Int32Array): Float32Array {
    const spread = recipe.labelSmoothing / classes;
    const targets = new Float32Array(rows.length * classes).fill(spread);
    for (const [i, row] of rows.entries()) targets[i * classes + labels[row]!] = 1 - recipe.labelSmoothing + spread;
    return targets;
  }

  /** Every second row at random becomes that of the mirrored picture. */
  function mirrorSome(rows: Int32Array, random: RandomGenerator): Int32Array {
    return rows.map((row) => (uniform(random) < 0.5 ? mirroredRow(row, manifest) : row));
  }

  /** Writes a checkpoint while training goes on, one at a time. */
  async function save(state: TrainerState, told: (checkpointBlob: string) => void): Promise<void> {
    if (!allNumbers(state)) throw diverged('weights are no longer numbers', history.length + 1, recipe);
    const at: Checkpoint = { state, history: [...history], partial, best };
    await saved;
    saved = saveCheckpoint(blobs, at).then(told);
    saved.catch(() => undefined); // awaited above or at the end; until then its failure must not end the process
    savedAt = performance.now();
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

/** Reads the features of each list of rows, the next `ahead` lists while what is done with those before goes on. */
async function* readAhead(
  source: FeatureSource,
  lists: readonly Int32Array[],
  ahead: number,
): AsyncGenerator<Features> {
  const reading: Promise<Features>[] = [];
  let next = 0;
  while (next < lists.length || reading.length > 0) {
    for (; next < lists.length && reading.length <= ahead; next++) {
      const read = source.read(lists[next] as Int32Array);
      read.catch(() => undefined); // awaited below; until then its failure must not end the process
      reading.push(read);
    }
    yield await (reading.shift() as Promise<Features>);
  }
}

function slices(rows: Int32Array, size: number): Int32Array[] {
  return Array.from({ length: Math.ceil(rows.length / size) }, (_, i) => rows.subarray(i * size, (i + 1) * size));
}

function diverged(how: string, epoch: number, { learningRate }: Recipe): HubError {
  const message = `Training diverged in epoch ${epoch}: ${how}. Lower the learning rate, which is ${learningRate}.`;
  return new HubError('DIVERGED', message, { epoch, learningRate });
}

function allNumbers({ weights }: TrainerState): boolean {
  return [...weights.values()].every(({ data }) => (data as Float32Array).every(Number.isFinite));
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
