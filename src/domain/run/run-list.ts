import { z } from 'zod';
import { HubError } from '../../errors.js';
import type { Prisma, PrismaClient } from '../../storage/database.js';
import type { RunKind } from '../../training/recipe.js';
import { type Page, type PageRequest, pageOfRows, wrongCursor } from '../page.js';
import type { Run, RunState } from './run.js';
import { type RunRow, toRuns, withRunRelations } from './run-row.js';

/** Numbers of a run for filters and sorts, by GraphQL name and column. */
export const RunMetric = {
  TEST_ACCURACY: 'testAccuracy',
  TEST_LOSS: 'testLoss',
  VALIDATION_ACCURACY: 'validationAccuracy',
  VALIDATION_LOSS: 'validationLoss',
  BEST_VALIDATION_ACCURACY: 'bestValidationAccuracy',
  BEST_VALIDATION_LOSS: 'bestValidationLoss',
  EPOCH_SECONDS: 'epochSeconds',
} as const satisfies Record<string, keyof Run>;
export type RunMetric = (typeof RunMetric)[keyof typeof RunMetric];

export const RunSortKey = { CREATED_AT: 'createdAt', ...RunMetric } as const;
export type RunSortKey = (typeof RunSortKey)[keyof typeof RunSortKey];

export const SortDirection = { ASCENDING: 'asc', DESCENDING: 'desc' } as const;
export type SortDirection = (typeof SortDirection)[keyof typeof SortDirection];

/** What runs are grouped by: GraphQL name and column. */
export const RunGrouping = { PIPELINE: 'pipelineId', SWEEP: 'sweepId', DATASET: 'datasetVersionId' } as const;
export type RunGrouping = (typeof RunGrouping)[keyof typeof RunGrouping];

/** Most words of a search. */
export const SEARCH_WORDS = 10;

/** Conditions on runs; all that are given must hold. */
export interface RunFilter {
  readonly states?: readonly RunState[] | null;
  readonly kind?: RunKind | null;
  /** Name of the dataset. */
  readonly dataset?: string | null;
  /** Number of the dataset's version; needs `dataset`. */
  readonly datasetVersion?: number | null;
  /** Name of the backbone. */
  readonly backbone?: string | null;
  /** Name of the token that started the run. */
  readonly owner?: string | null;
  readonly sweepId?: string | null;
  /** Runs that belong to no group of this kind. */
  readonly without?: RunGrouping | null;
  readonly tag?: string | null;
  readonly pipelineId?: string | null;
  readonly metrics?: readonly MetricRange[] | null;
  readonly createdFrom?: Date | null;
  /** Exclusive. */
  readonly createdBefore?: Date | null;
  /**
   * Words, each of which is part of the id, name, note, a tag, or the name of the owner, dataset, backbone or a model that has
   * the run's weights.
   */
  readonly text?: string | null;
}

/** Runs that have the metric, within inclusive bounds. */
export interface MetricRange {
  readonly metric: RunMetric;
  readonly atLeast?: number | null;
  readonly atMost?: number | null;
}

/** Runs without the metric come last in both directions; equal runs follow in the same direction by age. */
export interface RunSort {
  readonly by: RunSortKey;
  readonly direction: SortDirection;
}

export const NEWEST_FIRST: RunSort = { by: RunSortKey.CREATED_AT, direction: SortDirection.DESCENDING };

/** The end of a page: its sort, and the value (null for none) and id of its last run. */
const cursorSchema = z.union([
  z.tuple([z.literal(RunSortKey.CREATED_AT), z.enum(SortDirection), z.iso.datetime(), z.string()]),
  z.tuple([z.enum(RunSortKey).exclude(['CREATED_AT']), z.enum(SortDirection), z.number().nullable(), z.string()]),
]);
type Cursor = z.output<typeof cursorSchema>;

/** Lists runs page by page, filtered and sorted. The number of queries does not depend on the number of runs. */
export class RunList {
  constructor(private readonly prisma: PrismaClient) {}

  /** @throws BAD_INPUT for a cursor of another sort. */
  async page(request: PageRequest, filter: RunFilter, sort: RunSort): Promise<Page<Run>> {
    const { first, after } = request;
    const cursor = after === null ? undefined : readCursor(after, sort);
    const where = await whereOf(this.prisma, filter);
    const rows: RunRow[] = [];
    for (const part of partsAfter(cursor, sort)) {
      const take = first + 1 - rows.length;
      if (take === 0) break;
      const { orderBy } = part;
      const both = { AND: [where, part.where] };
      rows.push(...(await this.prisma.run.findMany({ where: both, orderBy, take, include: withRunRelations })));
    }
    const cursorOf = (row: RunRow): string => writeCursor(sort, row[sort.by], row.id);
    return pageOfRows(rows, request, toRuns, cursorOf, () => this.prisma.run.count({ where }));
  }
}

/** The condition of a filter on rows. @throws BAD_INPUT. */
export async function whereOf(prisma: PrismaClient, filter: RunFilter): Promise<Prisma.RunWhereInput> {
  const { states, kind, dataset, datasetVersion, backbone, owner, sweepId, without, tag, pipelineId } = filter;
  const { metrics, createdFrom, createdBefore, text } = filter;
  if (datasetVersion && !dataset) {
    const message = 'A dataset version needs its dataset: each dataset numbers its own versions.';
    throw new HubError('BAD_INPUT', message, { datasetVersion });
  }
  const all: Prisma.RunWhereInput[] = [];
  if (states) all.push({ state: { in: [...states] } });
  if (kind) all.push({ kind });
  if (dataset) {
    const number = datasetVersion == null ? {} : { number: datasetVersion };
    all.push({ datasetVersionId: { in: await versionIds(prisma, { dataset: { name: dataset }, ...number }) } });
  }
  if (backbone) all.push({ backboneName: backbone });
  if (owner) all.push({ createdBy: owner });
  if (sweepId) all.push({ sweepId });
  if (without) all.push({ [without]: null });
  if (tag) all.push({ tags: { has: tag } });
  if (pipelineId) all.push({ pipelineId });
  for (const { metric, atLeast, atMost } of metrics ?? []) {
    all.push({ [metric]: { not: null, gte: atLeast ?? undefined, lte: atMost ?? undefined } });
  }
  if (createdFrom) all.push({ createdAt: { gte: createdFrom } });
  if (createdBefore) all.push({ createdAt: { lt: createdBefore } });
  const words = [...new Set((text ?? '').toLowerCase().split(/\s+/).filter(Boolean))];
  if (words.length > SEARCH_WORDS) {
    const message = `A search has at most ${SEARCH_WORDS} words; ${words.length} were received.`;
    throw new HubError('BAD_INPUT', message, { received: words.length });
  }
  all.push(...(await Promise.all(words.map((word) => having(prisma, word)))));
  return { AND: all };
}

/** The condition that a run has a word. Datasets and models are few, and are looked up first. */
async function having(prisma: PrismaClient, word: string): Promise<Prisma.RunWhereInput> {
  // Ids and all texts are in lower case. Wildcards of LIKE are escaped.
  const contains = word.replace(/[\\%_]/g, '\\$&');
  const named = { name: { contains } };
  const models = await prisma.model.findMany({ where: named, select: { id: true } });
  const versions = await versionIds(prisma, { dataset: named });
  const modelIds = models.map(({ id }) => id);
  return {
    OR: [
      { id: { contains } },
      { tagText: { contains } },
      { searchText: { contains } },
      ...(versions.length > 0 ? [{ datasetVersionId: { in: versions } }] : []),
      ...(modelIds.length > 0 ? [{ modelVersions: { some: { modelId: { in: modelIds } } } }] : []),
    ],
  };
}

async function versionIds(prisma: PrismaClient, where: Prisma.DatasetVersionWhereInput): Promise<string[]> {
  const versions = await prisma.datasetVersion.findMany({ where, select: { id: true } });
  return versions.map(({ id }) => id);
}

/**
 * The runs after a cursor as one or two queries: runs with a value, then runs without. Each query reads a range of an
 * index, at any depth of the list.
 */
function partsAfter(
  cursor: Cursor | undefined,
  { by, direction }: RunSort,
): { where: Prisma.RunWhereInput; orderBy: Prisma.RunOrderByWithRelationInput[] }[] {
  const [, , value, id] = cursor ?? [];
  const after = direction === SortDirection.ASCENDING ? 'gt' : 'lt';
  const idAfter = { id: { [after]: id } };
  const missing = { where: { [by]: null }, orderBy: [{ id: direction }] };
  if (value === null) return [{ ...missing, where: { AND: [missing.where, idAfter] } }];
  const alwaysThere = by === RunSortKey.CREATED_AT;
  const present = alwaysThere ? {} : { [by]: { not: null } };
  const valueAfter = { AND: [{ [by]: { [`${after}e`]: value } }, { OR: [{ [by]: { [after]: value } }, idAfter] }] };
  const valued = { where: cursor ? valueAfter : present, orderBy: [{ [by]: direction }, { id: direction }] };
  return alwaysThere ? [valued] : [valued, missing];
}

function writeCursor({ by, direction }: RunSort, value: number | Date | null, id: string): string {
  return Buffer.from(JSON.stringify([by, direction, value, id])).toString('base64url');
}

function readCursor(text: string, { by, direction }: RunSort): Cursor {
  const parsed = cursorSchema.safeParse(jsonOf(Buffer.from(text, 'base64url').toString()));
  if (parsed.success && parsed.data[0] === by && parsed.data[1] === direction) return parsed.data;
  throw wrongCursor(text);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
