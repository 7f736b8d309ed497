import type { Manifest } from '../datasets/manifest.js';
import { HubError } from '../errors.js';
import { groupBy } from '../group-by.js';
import { BOUNDS } from '../limits.js';
import { openFeatures } from './feature-source.js';
import { FOLD_NETWORKS, foldsOf } from './folds.js';
import { imageVariants } from './image-variants.js';
import type { ExaminationEvent, ExaminationJob, FeatureChunk, Job, TrainingEvent } from './job.js';
import { keepsProbabilities, unpackProbabilities } from './predictions.js';
import { type Progress, ProgressMeter } from './progress.js';
import { drawSplits } from './splits.js';
import { type TaskContext, train } from './train.js';

/** Steps in which the progress of a network is counted. */
const PARTS = 100;

/** The services that an examination uses. */
export type FoldContext = Omit<TaskContext, 'emit'> & { readonly emit: (event: ExaminationEvent) => void };

/**
 * Probabilities of all classes for each image, by networks that are fine-tuned on the images of the other folds, as a run
 * would be. A network is reported by its answers alone, so an interrupted examination continues with the next network and ends
 * with the same numbers.
 * @param manifest of which `requireSmallFolds` holds. @returns rows x classes. @throws what `train` throws.
 */
export async function foldNetworks(
  { thorough, ...job }: ExaminationJob,
  manifest: Manifest,
  context: FoldContext,
): Promise<Float32Array> {
  if (!thorough) throw new Error('quick mode has no networks');
  const { answers, ...tuning } = thorough;
  const classes = manifest.classes.length;
  const labels = manifest.images.map(({ label }) => label);
  const featureChunks = await fillCache({ ...job, ...tuning }, manifest, context);
  const meter = new ProgressMeter('networks', FOLD_NETWORKS * PARTS, context.emit, answers.length * PARTS);
  meter.add(0);
  const result = new Float32Array(labels.length * classes);
  for (let index = 0; index < FOLD_NETWORKS; index++) {
    const fold = { index, of: FOLD_NETWORKS };
    const own = { ...job, ...tuning, featureChunks, fold };
    const onShare = (share: number): void => meter.reach(index * PARTS + Math.floor(share * PARTS));
    const blob = answers[index] ?? (await trainFold(own, context, onShare));
    if (blob !== answers[index]) context.emit({ type: 'fold', answersBlob: blob });
    meter.reach((index + 1) * PARTS);
    const probabilities = unpackProbabilities(await context.blobs.get(blob));
    for (const [place, row] of drawSplits(manifest, tuning.recipe, fold).test.entries()) {
      result.set(probabilities.subarray(place * classes, (place + 1) * classes), row * classes);
    }
  }
  return result;
}

/** Trains the network of a fold as a run of which only the answers are kept. @returns their blob. */
async function trainFold(job: Job, context: FoldContext, onShare: (share: number) => void): Promise<string> {
  const { blobs } = context;
  const made: { answers: string | null } = { answers: null };
  const left: string[] = [];
  const emit = (event: TrainingEvent): void => {
    if (event.type === 'progress' && event.phase === 'training') onShare(event.done / event.total);
    if (event.type === 'checkpoint') left.push(event.checkpointBlob);
    if (event.type === 'finished') {
      left.push(event.weightsBlob, event.predictionsBlob);
      made.answers = event.probabilitiesBlob;
    }
  };
  const checkpointSeconds = { withinEpoch: Number.MAX_VALUE, afterEpoch: Number.MAX_VALUE };
  try {
    await train({ ...job, checkpointSeconds }, { ...context, emit });
  } finally {
    for (const blob of left) await blobs.delete(blob);
  }
  return made.answers as string; // there, since `requireSmallFolds` held
}

/** Computes the features at which fine-tuning starts, once for all networks. @returns the cached chunks. */
async function fillCache(job: Job, manifest: Manifest, context: FoldContext): Promise<FeatureChunk[]> {
  if (job.uncached !== null) return [];
  const chunks = new Map(job.featureChunks.map((chunk) => [chunk.index, chunk]));
  const report = featureEvents('networks', context.emit);
  const variants = imageVariants(manifest, job.recipe);
  const { source } = await openFeatures(job, manifest, variants, variants.length, {
    ...context,
    emit: (event) => {
      if (event.type === 'features') chunks.set(event.chunk.index, event.chunk);
      report(event);
    },
  });
  await source.close();
  return [...chunks.values()];
}

/** Turns the events of computing features into those of an examination. */
export function featureEvents(
  of: 'comparison' | 'networks',
  emit: (event: ExaminationEvent) => void,
): Parameters<typeof openFeatures>[4]['emit'] {
  return (event) => {
    if (event.type === 'features') emit({ ...event, of });
    else emit(event as Exclude<typeof event, { type: 'progress' }> | Progress<'features'>); // it has no other phase
  };
}

/** Refuses images of which a fold has more answers than a run keeps. @throws LIMIT_EXCEEDED. */
export function requireSmallFolds({ images: all, classes: { length: classes } }: Manifest): void {
  const folds = groupBy(
    foldsOf(
      all.map(({ label }) => label),
      FOLD_NETWORKS,
    ),
    (fold) => fold,
  );
  const images = Math.max(...[...folds.values()].map(({ length }) => length));
  if (keepsProbabilities(images, classes)) return;
  const { value: limit } = BOUNDS.probabilities;
  const message = `A fold of ${images} images of ${classes} classes has more than the ${limit} bytes of probabilities that are kept. Examine it in quick mode, or derive a version with fewer images first.`;
  throw new HubError('LIMIT_EXCEEDED', message, { limit });
}
