import { isDeepStrictEqual } from 'node:util';
import type { RunType } from '../../schema/run/run.type.js';
import type { RunComparisonType } from '../../schema/run/run-comparison.type.js';
import type { EpochMetrics } from '../../training/epoch-metrics.js';
import { HYPERPARAMETERS } from '../../training/hyperparameters.js';

interface RunWithEpochs {
  readonly run: RunType;
  readonly epochs: readonly EpochMetrics[];
}

const METRICS: Readonly<Record<string, (of: RunWithEpochs) => number | null | undefined>> = {
  testAccuracy: ({ run }) => run.testAccuracy,
  testLoss: ({ run }) => run.testLoss,
  bestValidationAccuracy: ({ epochs }) => best(Math.max, epochs, 'validationAccuracy'),
  bestValidationLoss: ({ epochs }) => best(Math.min, epochs, 'validationLoss'),
  epochs: ({ epochs }) => epochs.length,
  featureSeconds: ({ run }) => run.seconds?.features,
  trainingSeconds: ({ run }) => run.seconds?.training,
  evaluationSeconds: ({ run }) => run.seconds?.evaluation,
  peakMemoryBytes: ({ run }) => run.peakMemoryBytes,
};

/** What runs have in common and where they differ. */
export function compareRuns(all: readonly RunWithEpochs[]): RunComparisonType {
  const runs = all.map(({ run }) => run);
  const same = (value: (run: RunType) => unknown): boolean =>
    runs.every((run) => isDeepStrictEqual(value(run), value(runs[0] as RunType)));
  return {
    runs,
    recipe: HYPERPARAMETERS.filter(({ name }) => !same(({ recipe }) => recipe[name])).map(({ name }) => ({
      name,
      values: runs.map(({ recipe }) => recipe[name]),
    })),
    sameData: same(({ datasetVersion }) => datasetVersion.contentHash),
    sameBackbone: runs.every(({ backbone }) => backbone) && same(({ backbone }) => backbone?.sha256),
    sameEngine: runs.every(({ engine }) => engine) && same(({ engine }) => engine),
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
