import type { SpeedProbe } from '../../training/job.js';
import { firstTrainedLayerOf } from '../../training/recipe.js';
import { costOfRun, type RunCost, type RunSize } from '../../training/run-cost.js';

/** Bytes that a weight takes while it learns: itself, its gradient, two moments, and what a call makes of them. */
const BYTES_PER_WEIGHT = 4 * 6;
/** How many times as much work as another one a run may be to be like it: what is constant weighs more in a small one. */
const LIKE = 10;

/** What is known of a run that has ended. */
export interface MeasuredRun {
  readonly id: string;
  readonly size: RunSize;
  /** In `featureSeconds`. */
  readonly computedPictures: number;
  readonly featureSeconds: number;
  readonly evaluationSeconds: number;
  /** Mean of its epochs, checkpoints included. */
  readonly epochSeconds: number;
  readonly peakMemoryBytes: number;
}

/** What is asked about. */
export interface AskedRun {
  readonly size: RunSize;
  /** Pictures whose features are to be computed before the first epoch. */
  readonly missing: number;
  /** Whether features are computed in every epoch instead. */
  readonly uncached: boolean;
}

export interface Estimate {
  readonly featureSeconds: number;
  readonly trainingSeconds: number;
  readonly evaluationSeconds: number;
  readonly memoryBytes: number;
  readonly runs: readonly string[];
}

/** Bytes of the activations of one call, as the engine plans it. */
type BytesPerCall = (spec: RunCost['spec']) => number;

/**
 * Scales what the most similar runs took by multiply-adds. Epochs and features may come from different runs.
 * @returns null where no run is like it: heads tell nothing about convolutions, small runs little about large ones, and
 * cached features nothing about computing them.
 */
export function estimateFromRuns(
  measured: readonly MeasuredRun[],
  asked: AskedRun,
  bytesPerCall: BytesPerCall,
): Estimate | null {
  const { size } = asked;
  const cost = costOfRun(size);
  const known = measured
    .filter((run) => run.size.architecture === size.architecture)
    .map((run) => ({ ...run, cost: costOfRun(run.size) }));
  const trained = nearest(
    known.filter((run) => isHead(run.size) === isHead(size)),
    (run) => distance(run.cost.epoch, cost.epoch),
  );
  const toCompute = asked.uncached ? size.train + size.validation : asked.missing;
  const computed = nearest(
    known.filter((run) => run.computedPictures > 0),
    (run) => distance(run.cost.features * run.computedPictures, cost.features * toCompute),
  );
  if (!trained || (!computed && toCompute > 0)) return null;
  const perPicture = computed
    ? (computed.featureSeconds / computed.computedPictures) * (cost.features / computed.cost.features)
    : 0;
  const perEpoch = trained.epochSeconds * (cost.epoch / trained.cost.epoch);
  const planned = (of: RunCost): number => bytesPerCall(of.spec) + of.weights * BYTES_PER_WEIGHT;
  const base = Math.max(0, trained.peakMemoryBytes - planned(trained.cost));
  const times = sum(
    asked,
    perPicture,
    perEpoch,
    trained.evaluationSeconds * (cost.evaluation / trained.cost.evaluation),
  );
  const runs = [trained.id, ...(computed && toCompute > 0 ? [computed.id] : [])];
  return { ...times, memoryBytes: base + planned(cost), runs: [...new Set(runs)] };
}

/** By what some passes of the run itself took. */
export function estimateFromProbe(calibration: SpeedProbe, asked: AskedRun): Estimate {
  const { size } = asked;
  const { secondsPerImage, secondsPerStep, secondsPerPrediction, peakMemoryBytes } = calibration;
  const steps = Math.ceil(size.train / Math.min(size.recipe.batchSize, size.train));
  const perEpoch = steps * secondsPerStep + size.validation * secondsPerPrediction;
  const times = sum(asked, secondsPerImage, perEpoch, size.test * secondsPerPrediction);
  return { ...times, memoryBytes: peakMemoryBytes, runs: [] };
}

function sum({ size, missing, uncached }: AskedRun, perPicture: number, perEpoch: number, evaluation: number) {
  const anew = uncached ? perPicture : 0;
  return {
    featureSeconds: uncached ? 0 : missing * perPicture,
    trainingSeconds: size.recipe.epochs * (perEpoch + (size.train + size.validation) * anew),
    evaluationSeconds: evaluation + size.test * anew,
  };
}

function isHead({ recipe }: RunSize): boolean {
  return firstTrainedLayerOf(recipe) === 'avg_pool';
}

/** The first of those with the least, unless that is too far. */
function nearest<T>(values: readonly T[], distanceOf: (value: T) => number): T | undefined {
  return values
    .filter((value) => distanceOf(value) <= Math.log(LIKE))
    .toSorted((a, b) => distanceOf(a) - distanceOf(b))[0];
}

/** Of sizes: twice is as far as half. */
function distance(a: number, b: number): number {
  return Math.abs(Math.log(a / b));
}
