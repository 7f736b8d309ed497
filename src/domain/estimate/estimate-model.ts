import type { SpeedProbe } from '../../training/job.js';
import { firstTrainedLayerOf } from '../../training/recipe.js';
import { costOfRun, type RunCost, type RunSize } from '../../training/run-cost.js';
import type { RunEstimate } from './run-estimate.js';

/** Bytes per trained weight: the weight, its gradient, Adam's two moments, and the call's copies. */
const BYTES_PER_WEIGHT = 4 * 6;
/** Largest factor between the work of similar runs: constant costs weigh more in a small run. */
const SIMILAR = 10;

/** Measurements of a finished run. */
export interface MeasuredRun {
  readonly id: string;
  readonly size: RunSize;
  /** Pictures whose features took `featureSeconds`. */
  readonly computedPictures: number;
  readonly featureSeconds: number;
  readonly evaluationSeconds: number;
  /** Mean over the epochs, checkpoints included. */
  readonly epochSeconds: number;
  readonly peakMemoryBytes: number;
}

/** The run to estimate. */
export interface RunToEstimate {
  readonly size: RunSize;
  /** Pictures whose features must be computed before the first epoch. */
  readonly missing: number;
  /** Whether every epoch computes the features instead. */
  readonly uncached: boolean;
}

export interface Estimate {
  readonly featureSeconds: number;
  readonly trainingSeconds: number;
  readonly evaluationSeconds: number;
  readonly memoryBytes: number;
  readonly runs: readonly string[];
}

/** Bytes of the activations of one call, by the engine's plan. */
type BytesPerCall = (spec: RunCost['spec']) => number;

/**
 * Scales the times of the most similar runs by multiply-adds. Epochs and features may come from different runs.
 * @returns null without a similar run: heads say nothing about convolutions, runs with the statistics of the backbone nothing
 * about those with the statistics of each batch, small runs little about large ones, and
 * runs on cached features nothing about runs that compute them, or the other way round.
 */
export function estimateFromRuns(
  measured: readonly MeasuredRun[],
  asked: RunToEstimate,
  bytesPerCall: BytesPerCall,
): Estimate | null {
  const { size } = asked;
  const cost = costOfRun(size);
  const known = measured
    .filter((run) => run.size.architecture === size.architecture)
    .map((run) => ({ ...run, cost: costOfRun(run.size) }));
  const toCompute = asked.uncached ? size.train + size.validation : asked.missing;
  const trained = nearest(
    // Memory depends on whether the run loads the frozen part.
    known.filter((run) => sameWork(run.size, size) && run.computedPictures > 0 === toCompute > 0),
    (run) => distance(run.cost.epoch, cost.epoch),
  );
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

/** Extrapolates from a few measured passes of the run itself. */
export function estimateFromProbe(calibration: SpeedProbe, asked: RunToEstimate): Estimate {
  const { size } = asked;
  const { secondsToLoad, secondsPerImage, secondsPerStep, secondsToStart, secondsPerPrediction, peakMemoryBytes } =
    calibration;
  const steps = Math.ceil(size.train / Math.min(size.recipe.batchSize, size.train));
  const perEpoch = steps * secondsPerStep + size.validation * secondsPerPrediction;
  const times = sum(asked, secondsPerImage, perEpoch, size.test * secondsPerPrediction);
  const featureSeconds = times.featureSeconds + (asked.missing > 0 || asked.uncached ? secondsToLoad : 0);
  const trainingSeconds = times.trainingSeconds + secondsToStart;
  return { ...times, featureSeconds, trainingSeconds, memoryBytes: peakMemoryBytes, runs: [] };
}

/** The estimate of an examination: features that are compared, and a network for each fold on features computed once. */
export function estimateOfFolds(compared: RunEstimate, network: RunEstimate, folds: number): RunEstimate {
  const both = [compared, network];
  const total = (of: (part: RunEstimate) => number): number => of(compared) + of(network);
  const times = {
    featureSeconds: total(({ featureSeconds }) => featureSeconds),
    trainingSeconds: folds * network.trainingSeconds,
    evaluationSeconds: folds * network.evaluationSeconds,
  };
  const probes = both.flatMap(({ calibrationSeconds }) => calibrationSeconds ?? []);
  return {
    ...times,
    seconds: times.featureSeconds + times.trainingSeconds + times.evaluationSeconds,
    memoryBytes: Math.max(...both.map(({ memoryBytes }) => memoryBytes)),
    pictures: total(({ pictures }) => pictures),
    cachedPictures: total(({ cachedPictures }) => cachedPictures),
    computedInEveryEpoch: network.computedInEveryEpoch,
    basis: probes.length > 0 ? 'CALIBRATION' : 'RUNS',
    runs: [...new Set(both.flatMap(({ runs }) => runs))],
    calibrationSeconds: probes.length > 0 ? probes.reduce((result, seconds) => result + seconds, 0) : null,
  };
}

function sum({ size, missing, uncached }: RunToEstimate, perPicture: number, perEpoch: number, evaluation: number) {
  const anew = uncached ? perPicture : 0;
  return {
    featureSeconds: uncached ? 0 : missing * perPicture,
    trainingSeconds: size.recipe.epochs * (perEpoch + (size.train + size.validation) * anew),
    evaluationSeconds: evaluation + size.test * anew,
  };
}

/** Whether the time of a step by its multiply-adds can be compared: normalizing each batch takes time without any. */
function sameWork(a: RunSize, b: RunSize): boolean {
  return isHead(a) === isHead(b) && (isHead(a) || a.recipe.liveStatistics === b.recipe.liveStatistics);
}

function isHead({ recipe }: RunSize): boolean {
  return firstTrainedLayerOf(recipe) === 'avg_pool';
}

/** The first value at the smallest distance, unless that is too far. */
function nearest<T>(values: readonly T[], distanceOf: (value: T) => number): T | undefined {
  return values
    .filter((value) => distanceOf(value) <= Math.log(SIMILAR))
    .toSorted((a, b) => distanceOf(a) - distanceOf(b))[0];
}

/** Log distance, so that twice and half are equally far. */
function distance(a: number, b: number): number {
  return Math.abs(Math.log(a / b));
}
