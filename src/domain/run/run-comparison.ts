import { isDeepStrictEqual } from 'node:util';
import type { EpochMetrics } from '../../training/epoch-metrics.js';
import { HYPERPARAMETERS } from '../../training/hyperparameters.js';
import type { Run } from './run.js';

/** Several runs side by side, in the requested order; each list of values has one entry per run. */
export interface RunComparison {
  readonly runs: readonly Run[];
  /** Fields in which the recipes differ. */
  readonly recipe: readonly RecipeDifference[];
  /** Whether images, classes and splits are equal. */
  readonly sameData: boolean;
  /** Whether the backbone is the same; false too if a run has none yet. */
  readonly sameBackbone: boolean;
  /** Whether engine, version, device and threads are equal; false too if a run has no engine yet. */
  readonly sameEngine: boolean;
  readonly metrics: readonly MetricComparison[];
}

export interface RecipeDifference {
  readonly name: string;
  readonly values: readonly unknown[];
}

export interface MetricComparison {
  readonly name: string;
  /** Null for a run without this metric. */
  readonly values: readonly (number | null)[];
  /** Difference from the first run. */
  readonly deltas: readonly (number | null)[];
}

interface RunWithEpochs {
  readonly run: Run;
  readonly epochs: readonly EpochMetrics[];
}

const METRICS: Readonly<Record<string, (of: RunWithEpochs) => number | null | undefined>> = {
  testAccuracy: ({ run }) => run.testAccuracy,
  testLoss: ({ run }) => run.testLoss,
  validationAccuracy: ({ run }) => run.validationAccuracy,
  validationLoss: ({ run }) => run.validationLoss,
  bestValidationAccuracy: ({ epochs }) => best(Math.max, epochs, 'validationAccuracy'),
  bestValidationLoss: ({ epochs }) => best(Math.min, epochs, 'validationLoss'),
  epochs: ({ epochs }) => epochs.length,
  featureSeconds: ({ run }) => run.seconds?.features,
  trainingSeconds: ({ run }) => run.seconds?.training,
  evaluationSeconds: ({ run }) => run.seconds?.evaluation,
  peakMemoryBytes: ({ run }) => run.peakMemoryBytes,
};

export function compareRuns(all: readonly RunWithEpochs[]): RunComparison {
  const runs = all.map(({ run }) => run);
  const same = (value: (run: Run) => unknown): boolean =>
    runs.every((run) => isDeepStrictEqual(value(run), value(runs[0] as Run)));
  return {
    runs,
    recipe: HYPERPARAMETERS.filter(({ name }) => !same(({ recipe }) => recipe[name])).map(({ name }) => ({
      name,
      values: runs.map(({ recipe }) => recipe[name]),
    })),
    sameData: same(({ datasetVersion }) => datasetVersion.contentHash),
    sameBackbone: runs.every(({ backbone }) => backbone) && same(({ backbone }) => backbone?.sha256),
    sameEngine: runs.every(({ engine }) => engine) && same(({ engine }) => engine && { ...engine, reason: null }),
    metrics: Object.entries(METRICS).map(([name, of]) => {
      const values = all.map((run) => of(run) ?? null);
      const first = values[0] ?? null;
      return { name, values, deltas: values.map((value) => (value === null || first === null ? null : value - first)) };
    }),
  };
}

function best(
  pick: typeof Math.max,
  epochs: readonly EpochMetrics[],
  metric: 'validationAccuracy' | 'validationLoss',
): number | null {
  return epochs.length > 0 ? pick(...epochs.map((epoch) => epoch[metric])) : null;
}
