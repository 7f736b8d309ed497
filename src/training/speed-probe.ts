import { performance } from 'node:perf_hooks';
import type { Manifest } from '../datasets/manifest.js';
import { readManifest } from '../datasets/read-manifest.js';
import { type Features, newFeatures, type Step, type Trainer } from '../engines/engine.js';
import { openFeatures, openFrozenPart } from './feature-source.js';
import { type FeatureSource, featureTypeOf } from './features.js';
import { imagesPerPass } from './frozen-part.js';
import { type ImageVariant, imageVariants } from './image-variants.js';
import type { Job, SpeedProbe } from './job.js';
import { buildLearner } from './learner.js';
import { optimizerOf } from './optimizer.js';
import { firstTrainedLayerOf } from './recipe.js';
import { drawSplits } from './splits.js';
import { type StepParts, stepsOf } from './steps.js';
import type { TaskContext } from './train.js';

/** Timed passes through each network. */
const PASSES = 2;
/** Most calls of the trainer; at least two, since the first one builds its graph. */
const CALLS = 3;
/** Milliseconds after which no further call is made. */
const ENOUGH_MS = 2000;
/** Examples in the timed prediction. */
const PREDICTED = 256;

/**
 * Measures how fast a run would be on this machine, with a few passes of the run itself. Stores nothing.
 * @param job with its feature chunks when all of its features are cached, and with none otherwise.
 */
export async function probeSpeed(job: Job, context: Omit<TaskContext, 'emit'>): Promise<SpeedProbe> {
  const began = performance.now();
  const { blobs, engine } = context;
  const { recipe } = job;
  const manifest = await readManifest(blobs, job.manifestBlob);
  const variants = imageVariants(manifest, recipe);
  const read = await readSome(job, manifest, variants, context);
  try {
    const { rowLength, rows, features, seconds, secondsToLoad } = read;
    const { train } = drawSplits(manifest, recipe);
    const classes = manifest.classes.length;
    const { spec, start } = await buildLearner(job, blobs, { classes, rowLength });
    const { layers, input } = spec;
    const batchSize = Math.min(recipe.batchSize, train.length);
    const state = { step: 0, weights: start, firstMoments: new Map(), secondMoments: new Map() };
    const optimizer = optimizerOf(recipe, layers);
    const trainer = await engine.trainer({ ...spec, batchSize, ...optimizer, start: state });
    const labels = Int32Array.from(variants, ({ image }) => image.label);
    const source = repeated(features, rowLength, featureTypeOf(firstTrainedLayerOf(recipe)));
    const { secondsPerStep, secondsToStart } = await timeOfStep(trainer, {
      recipe,
      manifest,
      train,
      labels,
      source,
      shape: input.shape,
      layers,
      batchSize,
    });
    const some = Math.min(rows, PREDICTED);
    const predict = () => timed(() => trainer.predict(features.subarray(0, some * rowLength), some));
    await predict(); // the first one builds its graph
    const prediction = await predict();
    await trainer.dispose();
    return {
      secondsToLoad,
      secondsPerImage: seconds / rows,
      secondsPerStep,
      secondsToStart,
      secondsPerPrediction: prediction.seconds / some,
      peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
      seconds: (performance.now() - began) / 1000,
    };
  } finally {
    await read.close();
  }
}

interface SomeFeatures {
  readonly rowLength: number;
  /** Number of image variants whose features were read. */
  readonly rows: number;
  readonly features: Features;
  /** Seconds that computing them took, and loading the frozen part before; 0 when they were cached. */
  readonly seconds: number;
  readonly secondsToLoad: number;
  readonly close: () => Promise<void>;
}

/** The features of some variants: from the cache when the job has chunks, else computed. */
async function readSome(
  job: Job,
  manifest: Manifest,
  variants: readonly ImageVariant[],
  context: Omit<TaskContext, 'emit'>,
): Promise<SomeFeatures> {
  const first = (count: number): Int32Array =>
    Int32Array.from({ length: Math.min(count, variants.length) }, (_, i) => i);
  if (job.featureChunks.length > 0) {
    const quiet = { ...context, emit: () => undefined };
    const { source } = await openFeatures(job, manifest, variants, variants.length, quiet);
    const rows = first(PREDICTED);
    const { rowLength } = source;
    const features = await source.read(rows);
    return { rowLength, rows: rows.length, features, seconds: 0, secondsToLoad: 0, close: () => source.close() };
  }
  const opened = await timed(() => openFrozenPart(job, manifest, variants, context));
  const { source, options, close } = opened.value;
  try {
    const atOnce = options.networks.length * imagesPerPass(job.size);
    const rows = first(PASSES * atOnce);
    await source.read(rows.subarray(0, atOnce)); // the first pass allocates
    const { value: features, seconds } = await timed(() => source.read(rows));
    const { rowLength } = source;
    return { rowLength, rows: rows.length, features, seconds, secondsToLoad: opened.seconds, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Seconds per optimizer step in the last call, and those by which the first call was longer, since it builds its graph. */
async function timeOfStep(
  trainer: Trainer,
  parts: StepParts,
): Promise<{ readonly secondsPerStep: number; readonly secondsToStart: number }> {
  const began = performance.now();
  const calls: { readonly steps: number; readonly seconds: number }[] = [];
  while (calls.length < 2 || (calls.length < CALLS && performance.now() - began < ENOUGH_MS)) {
    const [steps] = stepsOf(parts, trainer, calls.length + 1, 0) as Iterable<readonly Step[]>;
    const { seconds } = await timed(() => trainer.take(steps as readonly Step[]));
    calls.push({ steps: (steps as readonly Step[]).length, seconds });
  }
  const [first, last] = [calls[0], calls.at(-1)] as [(typeof calls)[number], (typeof calls)[number]];
  const secondsPerStep = last.seconds / last.steps;
  return { secondsPerStep, secondsToStart: Math.max(0, first.seconds - first.steps * secondsPerStep) };
}

/** A source that repeats the features of a few image variants for all rows. */
function repeated(features: Features, rowLength: number, type: 'float32' | 'float16'): FeatureSource {
  const count = features.length / rowLength;
  return {
    rowLength,
    async read(rows) {
      const read = newFeatures(type, rows.length * rowLength);
      for (const [i, row] of rows.entries()) {
        const from = (row % count) * rowLength;
        read.set(features.subarray(from, from + rowLength), i * rowLength);
      }
      return read;
    },
    close: async () => undefined,
  };
}

async function timed<T>(work: () => Promise<T>): Promise<{ readonly value: T; readonly seconds: number }> {
  const began = performance.now();
  const value = await work();
  return { value, seconds: (performance.now() - began) / 1000 };
}
