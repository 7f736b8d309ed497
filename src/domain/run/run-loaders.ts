import DataLoader from 'dataloader';
import { groupBy } from '../../group-by.js';
import type { PrismaClient } from '../../storage/database.js';
import type { EpochMetrics } from '../../training/epoch-metrics.js';
import type { Run } from './run.js';
import type { LogLine } from './run-event.js';
import { toRuns, withRunRelations } from './run-row.js';

/** A range of one run's log. */
export interface LogPart {
  readonly runId: string;
  /** Number of the event before the first line. */
  readonly after: number;
  readonly first: number;
}

/** Batches the requests of one answer, and caches nothing. */
const BATCH = { cache: false };

/** Fields of runs that are read on request: one query per field, for any number of runs. */
export class RunLoaders {
  constructor(private readonly prisma: PrismaClient) {}

  readonly epochs = new DataLoader<string, EpochMetrics[]>(async (ids) => {
    const rows = await this.prisma.runEpoch.findMany({ where: { runId: { in: [...ids] } }, orderBy: { epoch: 'asc' } });
    const byRun = groupBy(rows, ({ runId }) => runId);
    return ids.map((id) => byRun.get(id) ?? []);
  }, BATCH);

  /** The learning curve, one row per run: lists show many of them. */
  readonly validationAccuracies = new DataLoader<string, number[]>(async (ids) => {
    const rows = await this.prisma.$queryRaw<{ runId: string; accuracies: number[] }[]>`
      SELECT run_id AS "runId", array_agg(validation_accuracy ORDER BY epoch) AS accuracies
      FROM run_epochs WHERE run_id = ANY (${ids}) GROUP BY run_id`;
    const byRun = new Map(rows.map(({ runId, accuracies }) => [runId, accuracies]));
    return ids.map((id) => byRun.get(id) ?? []);
  }, BATCH);

  /** A run after its parents, oldest first. */
  readonly chain = new DataLoader<string, Run[]>(async (ids) => {
    const links = await this.prisma.$queryRaw<{ last: string; id: string }[]>`
      WITH RECURSIVE chain AS (
        SELECT id AS last, id, parent_run_id, 0 AS back FROM runs WHERE id = ANY (${ids})
        UNION ALL
        SELECT chain.last, runs.id, runs.parent_run_id, back + 1 FROM runs JOIN chain ON runs.id = chain.parent_run_id
      )
      SELECT last, id FROM chain ORDER BY back DESC`;
    const where = { id: { in: links.map(({ id }) => id) } };
    const rows = await this.prisma.run.findMany({ where, include: withRunRelations });
    const runs = new Map(toRuns(rows).map((run) => [run.id, run]));
    const byLast = groupBy(links, ({ last }) => last);
    return ids.map((last) => (byLast.get(last) ?? []).flatMap(({ id }) => runs.get(id) ?? []));
  }, BATCH);

  /** From 1; null for a run that is not queued. */
  readonly queuePosition = new DataLoader<string, number | null>(async (ids) => {
    const orderBy = [{ queueOrder: 'asc' }, { id: 'asc' }] as const;
    const where = { state: 'QUEUED' } as const;
    const waiting = await this.prisma.run.findMany({ where, orderBy: [...orderBy], select: { id: true } });
    const positions = new Map(waiting.map(({ id }, i) => [id, i + 1]));
    return ids.map((id) => positions.get(id) ?? null);
  }, BATCH);

  readonly log = new DataLoader<LogPart, LogLine[]>(async (parts) => {
    const asked = parts.map((part, place) => ({ place, ...part }));
    const rows = await this.prisma.$queryRaw<(LogLine & { place: number })[]>`
      SELECT asked.place, lines.number, lines.created_at AS at, lines.details ->> 'message' AS message
      FROM jsonb_to_recordset(${JSON.stringify(asked)}::jsonb)
        AS asked(place int, "runId" text, after int, first int)
      CROSS JOIN LATERAL (
        SELECT number, created_at, details FROM run_events
        WHERE run_id = asked."runId" AND kind = 'LOG' AND number > asked.after ORDER BY number LIMIT asked.first
      ) AS lines
      ORDER BY asked.place, lines.number`;
    const byPlace = groupBy(rows, ({ place }) => place);
    return parts.map((_, place) => byPlace.get(place) ?? []);
  }, BATCH);
}
