import { performance } from 'node:perf_hooks';
import { readManifest } from '../datasets/read-manifest.js';
import type { Engine, EngineChoice, TrainerState } from '../engines/engine.js';
import type { NetworkHost } from '../engines/network-loader.js';
import { safetensorsParts } from '../network/safetensors.js';
import type { Weights } from '../network/tensor.js';
import type { BlobStore } from '../storage/blobs.js';
import { moment, type Part } from '../tracing/tracing.js';
import { type Checkpoint, loadCheckpoint, NO_IMAGES_YET, NOTHING_SPENT, type PartialEpoch } from './checkpoint.js';
import { CheckpointWriter } from './checkpoint-writer.js';
import { describeEnvironment } from './environment.js';
import { addSteps, diverged, metricsOf, stoppedEarly } from './epoch.js';
import type { EpochMetrics } from './epoch-metrics.js';
import { evaluate } from './evaluate.js';
import { openFeatures } from './feature-source.js';
import { imageVariants } from './image-variants.js';
import type { Job, Phase, TrainingEvent } from './job.js';
import { bestEpoch, keepWeights, keptEpoch } from './kept-weights.js';
import { buildLearner } from './learner.js';
import { optimizerOf } from './optimizer.js';
import { type Prediction, ProbabilityRows, packPredictions } from './predictions.js';
import { ProgressMeter } from './progress.js';
import { drawSplits } from './splits.js';
import { type StepParts, stepsOf } from './steps.js';

/** The services a training task uses: blobs, engine, networks, events and cancellation. */
export interface TaskContext {
  readonly blobs: BlobStore;
  /** Takes the steps. */
  readonly engine: Engine;
  /** Why it does. */
  readonly choice?: EngineChoice;
  /** Hosts for the frozen part, one network each: worker threads, or this thread if the engine requires it. */
  readonly networkHosts: (images: number) => readonly NetworkHost[];
  readonly emit: (event: TrainingEvent) => void;
  /** Takes the parts of the work as they end, where they are traced. */
  readonly onPart?: ((part: Part) => void) | undefined;
  readonly signal: AbortSignal;
}

/**
 * Trains one run, from images to tested weights. The result depends on the job and its blobs alone: the same job, engine and
 * number of threads give the same numbers, even if the run was interrupted and resumed from a checkpoint.
 * @throws DIVERGED when a loss or a weight is not finite; DATASET_REFUSED when no image can be held out.
 */
export async function train(job: Job, context: TaskContext): Promise<void> {
  const { blobs, engine, emit, signal, onPart } = context;
  const { recipe } = job;
  const seconds: Record<Phase, number> = { features: 0, training: 0, evaluation: 0 };
  emit({ type: 'started', engine: { ...engine.info, ...context.choice }, environment: describeEnvironment() });

  // data
  const manifest = await readManifest(blobs, job.manifestBlob);
  const variants = imageVariants(manifest, recipe);
  const labels = Int32Array.from(variants, ({ image }) => image.label);
  const classes = manifest.classes.length;
  const splits = drawSplits(manifest, recipe, job.fold);
  const perEpoch = splits.train.length + splits.validation.length;
  const { source, computed } = await timed('features', () => openFeatures(job, manifest, variants, perEpoch, context));
  try {
    // model and optimizer, new or restored
    const learner = await buildLearner(job, blobs, { classes, rowLength: source.rowLength });
    const { layers, input } = learner.spec;
    const begin = { step: 0, weights: learner.start, firstMoments: new Map(), secondMoments: new Map() };
    const checkpoint = job.checkpointBlob ? await loadCheckpoint(blobs, job.checkpointBlob) : undefined;
    const batchSize = Math.min(recipe.batchSize, splits.train.length);
    const optimizer = optimizerOf(recipe, layers);
    const trainerFrom = (start: TrainerState) => engine.trainer({ ...learner.spec, batchSize, ...optimizer, start });
    let trainer = await trainerFrom(checkpoint?.state ?? begin);
    const history: EpochMetrics[] = [...(checkpoint?.history ?? [])];
    let partial: PartialEpoch = checkpoint?.partial ?? NO_IMAGES_YET;
    let kept: Weights = checkpoint?.kept ?? new Map();
    const before = checkpoint?.spent ?? NOTHING_SPENT;
    seconds.features += before.features;
    seconds.training = before.training;
    const allComputed = computed === null || before.computed === null ? null : computed + before.computed;
    let trainingBegan = 0;
    let epochBegan = 0;
    let epochBefore = before.epoch; // seconds of the epoch under way in earlier attempts
    if (checkpoint) {
      const within = partial.images > 0 ? ` and ${partial.images} images` : '';
      emit({ type: 'log', message: `Resumed after epoch ${history.length}${within}.` });
    }

    // epochs
    const parts: StepParts = {
      recipe,
      manifest,
      train: splits.train,
      labels,
      source,
      shape: input.shape,
      layers,
      batchSize,
    };
    const checkpoints = new CheckpointWriter(blobs, emit, job.checkpointSeconds);
    await timed('training', async () => {
      trainingBegan = performance.now();
      const perEpoch = splits.train.length;
      const done = history.length * perEpoch + partial.images;
      const meter = new ProgressMeter('training', recipe.epochs * perEpoch, emit, done);
      try {
        while (history.length < recipe.epochs && !stoppedEarly(history, recipe)) {
          epochBegan = performance.now();
          const epoch = history.length + 1;
          const began = moment(epochBegan);
          const trained = await trainEpoch(epoch, (done) => meter.add(done));
          const validated = await evaluate(trainer, source, splits.validation, labels, classes);
          const state = finiteState();
          history.push(metricsOf(epoch, trained, validated, epochBefore + secondsSince(epochBegan)));
          onPart?.({ name: 'epoch', began, ended: moment(), attributes: { 'modelhub.epoch': epoch } });
          partial = NO_IMAGES_YET;
          epochBefore = 0;
          kept = keepWeights(history, kept, state.weights, recipe);
          await checkpoints.afterEpoch(resumePoint(state));
        }
      } finally {
        await checkpoints.end();
      }
    });
    if (history.length < recipe.epochs) {
      emit({ type: 'log', message: `Stopped early: the lowest validation loss was in epoch ${bestEpoch(history)}.` });
    }

    // the test split, evaluated once
    const epoch = keptEpoch(history, recipe);
    if (epoch !== history.length || recipe.averageEpochs > 0) {
      await trainer.dispose();
      trainer = await trainerFrom({ ...begin, weights: kept });
    }
    const predictions: Prediction[] = [];
    const rows = new ProbabilityRows(splits.test.length, classes);
    const test = await timed('evaluation', () =>
      evaluate(trainer, source, splits.test, labels, classes, (prediction, probabilities) => {
        predictions.push(prediction);
        rows.add(probabilities);
      }),
    );
    const { sha256: predictionsBlob } = await blobs.put(packPredictions(predictions));
    const probabilitiesBlob = rows.packed && (await blobs.put(rows.packed)).sha256;
    const { sha256: weightsBlob } = await blobs.put(safetensorsParts(learner.toKeras(trainer.state().weights)));
    await trainer.dispose();
    const peakMemoryBytes = process.resourceUsage().maxRSS * 1024;
    const made = { weightsBlob, keptEpoch: epoch, test, predictionsBlob, probabilitiesBlob };
    emit({ type: 'finished', ...made, seconds, computedPictures: allComputed, peakMemoryBytes });

    /** Trains the rest of an epoch, starting at `partial`. */
    async function trainEpoch(epoch: number, onImages: (images: number) => void): Promise<PartialEpoch> {
      for (const steps of stepsOf(parts, trainer, epoch, partial.images / batchSize)) {
        signal.throwIfAborted();
        const before = partial.images;
        partial = addSteps(partial, steps, await trainer.take(steps), epoch, recipe);
        onImages(partial.images - before);
        if (checkpoints.due && partial.images < splits.train.length)
          await checkpoints.withinEpoch(resumePoint(finiteState()));
      }
      return partial;
    }

    function resumePoint(state: TrainerState): Checkpoint {
      const spent = {
        features: seconds.features,
        training: seconds.training + secondsSince(trainingBegan),
        epoch: partial.images > 0 ? epochBefore + secondsSince(epochBegan) : 0,
        computed: allComputed,
      };
      return { state, history: [...history], partial, spent, kept };
    }

    /** The trainer's state. @throws DIVERGED when a weight is not finite. */
    function finiteState(): TrainerState {
      const state = trainer.state();
      if (!allFinite(state)) throw diverged('weights are no longer finite', history.length + 1, recipe);
      return state;
    }
  } finally {
    await source.close();
  }

  async function timed<T>(phase: Phase, work: () => Promise<T>): Promise<T> {
    const began = performance.now();
    try {
      return await work();
    } finally {
      seconds[phase] += secondsSince(began);
      if (phase !== 'training') onPart?.({ name: phase, began: moment(began), ended: moment() }); // that has epochs
    }
  }
}

function secondsSince(began: number): number {
  return (performance.now() - began) / 1000;
}

function allFinite({ weights }: TrainerState): boolean {
  return [...weights.values()].every(({ data }) => (data as Float32Array).every(Number.isFinite));
}
