import type { Prisma } from '../../storage/database.js';
import type { EpochMetrics } from '../../training/epoch-metrics.js';
import { type Recipe, recipeSchema } from '../../training/recipe.js';
import type { SearchParameter } from '../../training/search-space.js';
import { compareResults, resultOf } from '../../training/trial.js';
import { toDatasetVersion } from '../dataset/dataset-row.js';
import type { Sweep, SweepSummary, SweepTrial } from './sweep.js';

export const withSummaryRelations = {
  datasetVersion: { include: { dataset: true } },
  run: { select: { id: true } },
} as const;
export const withSweepRelations = { ...withSummaryRelations, trials: { orderBy: { number: 'asc' } } } as const;

type SummaryRow = Prisma.SweepGetPayload<{ include: typeof withSummaryRelations }>;
export type SweepRow = Prisma.SweepGetPayload<{ include: typeof withSweepRelations }>;
type TrialRow = SweepRow['trials'][number];

export function toSummary(row: SummaryRow): SweepSummary {
  const { id, state, datasetVersion, backboneName, method, metric, run, createdAt, startedAt, endedAt } = row;
  return {
    ...{ id, state, backboneName, method, metric, createdAt, startedAt, endedAt },
    datasetVersion: toDatasetVersion(datasetVersion),
    runId: run?.id ?? null,
  };
}

export function toSweep(row: SweepRow): Sweep {
  const { recipe, parameters, seed, stopEarly, trials, error, errorCode } = row;
  const best = bestTrial(row);
  return {
    ...toSummary(row),
    ...{ seed, stopEarly },
    recipe: recipeSchema.parse(recipe),
    parameters: parameters as unknown as SearchParameter[],
    trials: trials.map((trial) => toTrial(trial, row)),
    endedTrials: trials.filter(({ state }) => state !== 'QUEUED').length,
    best: best ? toTrial(best, row) : null,
    error: error ? { code: errorCode ?? 'INTERNAL', message: error } : null,
  };
}

/** The best of the trials that have trained to their end; the first of equal ones. */
export function bestTrial({ trials, metric, ...sweep }: SweepRow): TrialRow | undefined {
  const result = (trial: TrialRow): EpochMetrics => resultOf(epochsOf(trial), recipeOf(trial, sweep));
  const trained = trials.filter(({ state }) => state === 'SUCCEEDED');
  return trained.toSorted((a, b) => compareResults(result(a), result(b), metric))[0];
}

export function recipeOf({ values }: Pick<TrialRow, 'values'>, { recipe }: Pick<SweepRow, 'recipe'>): Recipe {
  return recipeSchema.parse({ ...(recipe as Prisma.JsonObject), ...(values as Prisma.JsonObject) });
}

export function epochsOf({ epochs }: Pick<TrialRow, 'epochs'>): EpochMetrics[] {
  return epochs as unknown as EpochMetrics[];
}

function toTrial(row: TrialRow, sweep: Pick<SweepRow, 'recipe'>): SweepTrial {
  const { sweepId: _, values, ...rest } = row;
  return { ...rest, values: values as Prisma.JsonObject, recipe: recipeOf(row, sweep), epochs: epochsOf(row) };
}
