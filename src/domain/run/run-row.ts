import type { EngineInfo } from '../../engines/engine.js';
import type { EnvironmentRecord, Reproduction } from '../../schema/run/provenance.type.js';
import type { RunSeconds, RunType } from '../../schema/run/run.type.js';
import type { Prisma } from '../../storage/database.js';
import { recipeSchema } from '../../training/recipe.js';
import { toDatasetVersion } from '../dataset/dataset-row.js';

/** What every answer about runs needs, in as many queries for one run as for a hundred; see RunLoaders for the rest. */
export const withRunRelations = { datasetVersion: { include: { dataset: true } }, backbone: true } as const;

export type RunRow = Prisma.RunGetPayload<{ include: typeof withRunRelations }>;

export function toRun(row: RunRow): RunType {
  const { datasetVersion, confusion, error, errorCode, recipe, engine, timings, peakMemoryBytes, ...rest } = row;
  const { environment, reproduction } = row;
  return {
    ...rest,
    datasetVersion: toDatasetVersion(datasetVersion),
    recipe: recipeSchema.parse(recipe), // fields that came later have their defaults
    engine: engine as unknown as EngineInfo | null,
    environment: environment as unknown as EnvironmentRecord | null,
    reproduction: reproduction as unknown as Reproduction | null,
    seconds: timings as unknown as RunSeconds | null,
    peakMemoryBytes: peakMemoryBytes === null ? null : Number(peakMemoryBytes),
    confusion: confusion ? { labels: datasetVersion.classes as string[], counts: confusion as number[][] } : null,
    error: error ? { code: errorCode ?? 'INTERNAL', message: error } : null,
  };
}
