import type { Prisma } from '../../storage/database.js';
import { recipeSchema } from '../../training/recipe.js';
import { toDatasetVersion } from '../dataset/dataset-row.js';
import type { EngineRecord, EnvironmentRecord, Reproduction } from './provenance.js';
import type { Run, RunSeconds } from './run.js';

/** What every answer about runs needs, in as many queries for one run as for a hundred; see RunLoaders for the rest. */
export const withRunRelations = { datasetVersion: { include: { dataset: true } }, backbone: true } as const;

export type RunRow = Prisma.RunGetPayload<{ include: typeof withRunRelations }>;

export function toRun(row: RunRow): Run {
  const { datasetVersion, confusion, error, errorCode, recipe, engine, timings, peakMemoryBytes, ...rest } = row;
  const { environment, reproduction } = row;
  return {
    ...rest,
    datasetVersion: toDatasetVersion(datasetVersion),
    recipe: recipeSchema.parse(recipe), // fields that came later have their defaults
    engine: engine as unknown as EngineRecord | null,
    environment: environment as unknown as EnvironmentRecord | null,
    reproduction: reproduction as unknown as Reproduction | null,
    seconds: timings as unknown as RunSeconds | null,
    peakMemoryBytes: peakMemoryBytes === null ? null : Number(peakMemoryBytes),
    confusion: confusion ? { labels: datasetVersion.classes as string[], counts: confusion as number[][] } : null,
    error: error ? { code: errorCode ?? 'INTERNAL', message: error } : null,
  };
}
