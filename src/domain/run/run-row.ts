import { z } from 'zod';
import type { Prisma } from '../../storage/database.js';
import { finiteOrNull, parseColumns } from '../../storage/parse-columns.js';
import { type Recipe, recipeSchema } from '../../training/recipe.js';
import { toDatasetVersion } from '../dataset/dataset-row.js';
import type { DatasetVersion } from '../dataset/dataset-version.js';
import { ownerOf } from '../owner.js';
import type { EngineRecord, EnvironmentRecord, Reproduction } from './provenance.js';
import type { Run, RunSeconds, RunStage } from './run.js';

/** Relations of every answer about runs: as many queries for one run as for a hundred. RunLoaders read the others. */
export const withRunRelations = { datasetVersion: { include: { dataset: true } }, backbone: true } as const;

export type RunRow = Prisma.RunGetPayload<{ include: typeof withRunRelations }>;

const engineSchema: z.ZodType<EngineRecord> = z.object({
  name: z.string(),
  version: z.string(),
  device: z.string(),
  threads: z.int(),
  features: z.string().nullable().default(null),
  reason: z.string().nullable().default(null),
});

const environmentSchema: z.ZodType<EnvironmentRecord> = z.object({
  code: z.object({ version: z.string(), commit: z.string().nullable(), dirty: z.boolean().nullable() }),
  node: z.string(),
  libraries: z.array(z.object({ name: z.string(), version: z.string() })),
  host: z.object({ name: z.string(), os: z.string(), cpu: z.string(), cores: z.int(), memoryBytes: z.number() }),
});

const reproductionSchema: z.ZodType<Reproduction> = z.object({
  agrees: z.boolean(),
  differences: z.array(z.object({ what: z.string(), original: z.unknown(), now: z.unknown() })),
});

const secondsSchema: z.ZodType<RunSeconds> = z.object({
  features: z.number(),
  training: z.number(),
  evaluation: z.number(),
});

/** The JSON columns of a run. */
export const runColumns = z.object({
  /** Fields that are newer than the row have their defaults. */
  recipe: recipeSchema,
  engine: engineSchema.nullable(),
  environment: environmentSchema.nullable(),
  reproduction: reproductionSchema.nullable(),
  timings: secondsSchema.nullable(),
  /** [true class][predicted class] = images. */
  confusion: z.array(z.array(z.int())).nullable(),
});

export function toRun(row: RunRow): Run {
  return runOf(row, toDatasetVersion(row.datasetVersion));
}

/** Converts a list; runs of one dataset version share its object. */
export function toRuns(rows: readonly RunRow[]): Run[] {
  const versions = new Map(rows.map((row) => [row.datasetVersionId, row.datasetVersion]));
  const converted = new Map([...versions].map(([id, version]) => [id, toDatasetVersion(version)]));
  return rows.map((row) => runOf(row, converted.get(row.datasetVersionId) as DatasetVersion));
}

function runOf(row: RunRow, datasetVersion: DatasetVersion): Run {
  const { recipe, engine, environment, reproduction, timings, confusion } = parseColumns(
    runColumns,
    row,
    `run ${row.id}`,
  );
  // One literal, since a list makes hundreds of them: copying properties from other objects takes ten times as long.
  return {
    id: row.id,
    name: row.name,
    note: row.note,
    kind: row.kind,
    state: row.state,
    datasetVersion,
    backboneName: row.backboneName,
    backbone: row.backbone,
    parentRunId: row.parentRunId,
    recipe,
    engine,
    environment,
    sweepId: row.sweepId,
    stage: stageOf(row),
    reproductionOfId: row.reproductionOfId,
    reproduction,
    keptEpoch: row.keptEpoch,
    testAccuracy: row.testAccuracy,
    testLoss: finiteOrNull(row.testLoss),
    confusion: confusion && { labels: datasetVersion.classes, counts: confusion },
    seconds: timings,
    peakMemoryBytes: row.peakMemoryBytes === null ? null : Number(row.peakMemoryBytes),
    validationAccuracy: row.validationAccuracy,
    validationLoss: finiteOrNull(row.validationLoss),
    bestValidationAccuracy: row.bestValidationAccuracy,
    bestValidationLoss: finiteOrNull(row.bestValidationLoss),
    epochSeconds: row.epochSeconds,
    error: row.error === null ? null : { code: row.errorCode ?? 'INTERNAL', message: row.error },
    tags: row.tags,
    resumes: row.resumes,
    owner: ownerOf(row),
    createdAt: row.createdAt,
    startedAt: row.startedAt,
    endedAt: row.endedAt,
  };
}

function stageOf({ pipelineId, pipeline, stage: number, stages: of }: RunRow): RunStage | null {
  if (pipelineId === null || pipeline === null || number === null || of === null) return null;
  return { pipelineId, pipeline, number, of };
}

const recipeColumn = runColumns.pick({ recipe: true });

/** The recipe of a run whose row has not been read as a whole. */
export function recipeOf(row: { readonly id: string; readonly recipe: unknown }): Recipe {
  return parseColumns(recipeColumn, row, `run ${row.id}`).recipe;
}
