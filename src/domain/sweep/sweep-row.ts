import { z } from 'zod';
import type { Prisma } from '../../storage/database.js';
import { parseColumns } from '../../storage/parse-columns.js';
import { epochMetricsSchema } from '../../training/epoch-metrics.js';
import { type Recipe, recipeSchema, Scale } from '../../training/recipe.js';
import type { SearchParameter } from '../../training/search-space.js';
import { compareResults } from '../../training/trial.js';
import { toDatasetVersion } from '../dataset/dataset-row.js';
import { ownerOf } from '../owner.js';
import type { Sweep, SweepSummary, SweepTrial } from './sweep.js';

export const withSummaryRelations = {
  datasetVersion: { include: { dataset: true } },
  run: { select: { id: true } },
} as const;
export const withSweepRelations = { ...withSummaryRelations, trials: { orderBy: { number: 'asc' } } } as const;

type SummaryRow = Prisma.SweepGetPayload<{ include: typeof withSummaryRelations }>;
export type SweepRow = Prisma.SweepGetPayload<{ include: typeof withSweepRelations }>;
type TrialRow = SweepRow['trials'][number];

const parameterSchema: z.ZodType<SearchParameter> = z.object({
  name: z.string(),
  values: z.array(z.unknown()).nullable().default(null),
  min: z.number().nullable().default(null),
  max: z.number().nullable().default(null),
  scale: z.enum(Scale).nullable().default(null),
});

/** The JSON columns of a sweep. */
const sweepColumns = z.object({ recipe: recipeSchema, parameters: z.array(parameterSchema) });

/** The JSON columns of a trial. */
const trialColumns = z.object({
  /** Overrides of the sweep's recipe. */
  values: z.record(z.string(), z.unknown()),
  epochs: z.array(epochMetricsSchema),
});

export function toSummary(row: SummaryRow): SweepSummary {
  const { id, name, note, state, datasetVersion, backboneName, method, metric, run } = row;
  const { createdAt, startedAt, endedAt } = row;
  return {
    ...{ id, name, note, state, backboneName, method, metric, createdAt, startedAt, endedAt },
    owner: ownerOf(row),
    datasetVersion: toDatasetVersion(datasetVersion),
    runId: run?.id ?? null,
  };
}

export function toSweep(row: SweepRow): Sweep {
  const { id, seed, stopEarly, metric, error, errorCode } = row;
  const { recipe, parameters } = parseColumns(sweepColumns, row, `sweep ${id}`);
  const trials = row.trials.map((trial) => toTrial(trial, recipe));
  return {
    ...toSummary(row),
    ...{ seed, stopEarly, recipe, parameters, trials },
    endedTrials: trials.filter(({ state }) => state !== 'QUEUED' && state !== 'CANCELLED').length,
    best: bestTrial(trials, metric),
    error: error === null ? null : { code: errorCode ?? 'INTERNAL', message: error },
  };
}

function toTrial(row: TrialRow, base: Recipe): SweepTrial {
  const { number, state, keptEpoch, validationAccuracy, validationLoss, seconds, reason } = row;
  const name = `trial ${number} of sweep ${row.sweepId}`;
  const { values, epochs } = parseColumns(trialColumns, row, name);
  const { recipe } = parseColumns(recipeColumn, { recipe: { ...base, ...values } }, name);
  return {
    ...{ number, values, recipe, state, epochs },
    ...{ keptEpoch, validationAccuracy, validationLoss, seconds, reason },
  };
}

const recipeColumn = sweepColumns.pick({ recipe: true });

/** The best of the trials that trained to their end, the first of equal ones. */
function bestTrial(trials: readonly SweepTrial[], metric: SweepSummary['metric']): SweepTrial | null {
  const trained = trials.flatMap((trial) => {
    const { state, validationAccuracy, validationLoss } = trial;
    const measured = validationAccuracy !== null && validationLoss !== null;
    return state === 'SUCCEEDED' && measured ? { trial, validationAccuracy, validationLoss } : [];
  });
  return trained.toSorted((a, b) => compareResults(a, b, metric))[0]?.trial ?? null;
}
