import { performance } from 'node:perf_hooks';
import { readManifest } from '../datasets/read-manifest.js';
import { HubError } from '../errors.js';
import { moment } from '../tracing/tracing.js';
import { NO_IMAGES_YET } from './checkpoint.js';
import { addSteps, metricsOf, stoppedEarly } from './epoch.js';
import type { EpochMetrics } from './epoch-metrics.js';
import { evaluate } from './evaluate.js';
import { openFeatures } from './feature-source.js';
import { type FeatureSource, featureTypeOf } from './features.js';
import { imageVariants } from './image-variants.js';
import type { SweepEvent, SweepJob, TrialOutcome } from './job.js';
import { buildLearner } from './learner.js';
import { inMemory } from './memory-features.js';
import { optimizerOf } from './optimizer.js';
import { firstTrainedLayerOf, type Recipe } from './recipe.js';
import { drawSplits, type Splits } from './splits.js';
import { stepsOf } from './steps.js';
import type { TaskContext } from './train.js';
import { cannotWin } from './trial.js';

/**
 * Trains heads one after another on features that are read once. The test split is left for the run made from the best
 * trial. Each trial depends on its recipe and the trials before it alone, so an interrupted sweep continues with the
 * missing trials and ends with the same numbers.
 */
export async function sweep(
  job: SweepJob,
  context: Omit<TaskContext, 'emit'> & { readonly emit: (event: SweepEvent) => void },
): Promise<void> {
  const { blobs, engine, emit, signal, onPart } = context;
  const manifest = await readManifest(blobs, job.manifestBlob);
  const variants = imageVariants(manifest, job.recipe);
  const labels = Int32Array.from(variants, ({ image }) => image.label);
  const classes = manifest.classes.length;
  const splitsBySeed = new Map<number, Splits>();
  const { source: cached } = await openFeatures(job, manifest, variants, variants.length, context);
  try {
    const seen = Int32Array.from(variants.keys()).filter((row) => variants[row]?.image.split !== 'test');
    const source = await inMemory(cached, seen, featureTypeOf(firstTrainedLayerOf(job.recipe)));
    const histories: (readonly EpochMetrics[])[] = [...job.histories];
    for (const { number, recipe } of job.trials) {
      const began = performance.now();
      const outcome = await runTrial(recipe, source, histories);
      histories.push(outcome.history);
      const attributes = { 'modelhub.trial': number, 'modelhub.epochs': outcome.history.length };
      onPart?.({ name: 'trial', began: moment(began), ended: moment(), attributes });
      emit({ type: 'trial', number, ...outcome, seconds: (performance.now() - began) / 1000 });
    }
  } finally {
    await cached.close();
  }
  emit({ type: 'finished' });

  /** @param histories of the trials before. */
  async function runTrial(
    recipe: Recipe,
    source: FeatureSource,
    histories: readonly (readonly EpochMetrics[])[],
  ): Promise<TrialOutcome> {
    const splits = splitsBySeed.get(recipe.seed) ?? drawSplits(manifest, recipe);
    splitsBySeed.set(recipe.seed, splits);
    const { rowLength } = source;
    const { spec, start } = await buildLearner({ ...job, recipe }, blobs, { classes, rowLength });
    const { layers, input } = spec;
    const batchSize = Math.min(recipe.batchSize, splits.train.length);
    const optimizer = optimizerOf(recipe, layers);
    const state = { step: 0, weights: start, firstMoments: new Map(), secondMoments: new Map() };
    const trainer = await engine.trainer({ ...spec, batchSize, ...optimizer, start: state });
    const parts = { recipe, manifest, train: splits.train, labels, source, shape: input.shape, layers, batchSize };
    const history: EpochMetrics[] = [];
    try {
      while (history.length < recipe.epochs && !stoppedEarly(history, recipe)) {
        const began = performance.now();
        const epoch = history.length + 1;
        let trained = NO_IMAGES_YET;
        for (const steps of stepsOf(parts, trainer, epoch, 0)) {
          signal.throwIfAborted();
          trained = addSteps(trained, steps, await trainer.take(steps), epoch, recipe);
        }
        const validated = await evaluate(trainer, source, splits.validation, labels, classes);
        history.push(metricsOf(epoch, trained, validated, (performance.now() - began) / 1000));
        const why = job.stopEarly && epoch < recipe.epochs ? cannotWin(history, histories, job.metric) : null;
        if (why) return { state: 'STOPPED', history, reason: why };
      }
      return { state: 'SUCCEEDED', history, reason: null };
    } catch (error) {
      if (error instanceof HubError && error.code === 'DIVERGED') {
        return { state: 'FAILED', history, reason: error.message };
      }
      throw error;
    } finally {
      await trainer.dispose();
    }
  }
}
