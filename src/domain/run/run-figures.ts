import type { PrismaClient } from '../../storage/database.js';
import { RunState } from './run.js';
import { toEvent } from './run-event-row.js';
import { recipeOf } from './run-row.js';

/** Runs under way that are told of one by one. */
const MOST_RUNS = 20;

/** How training stands. */
export interface RunFigures {
  /** Runs by state. */
  readonly states: Readonly<Record<RunState, number>>;
  readonly underWay: readonly RunUnderWay[];
}

export interface RunUnderWay {
  readonly id: string;
  readonly kind: string;
  /** Epochs done, and how many its recipe allows. */
  readonly epoch: number;
  readonly epochs: number;
  /** In its present phase; null before it has reported any. */
  readonly progress: { readonly phase: string /** From 0 to 1. */; readonly ratio: number } | null;
  /** Of its last epoch; null before the first has ended. */
  readonly validationAccuracy: number | null;
}

/** Reads it: two queries, however many runs there are. */
export async function readRunFigures(prisma: PrismaClient): Promise<RunFigures> {
  const [counts, rows] = await Promise.all([
    prisma.run.groupBy({ by: ['state'], _count: true }),
    prisma.run.findMany({
      where: { state: RunState.RUNNING },
      take: MOST_RUNS,
      include: {
        epochs: { orderBy: { epoch: 'desc' }, take: 1 },
        events: { where: { kind: 'PROGRESS' }, orderBy: { number: 'desc' }, take: 1 },
      },
    }),
  ]);
  const states = Object.fromEntries(Object.values(RunState).map((state) => [state, 0])) as Record<RunState, number>;
  for (const { state, _count } of counts) states[state] = _count;
  const underWay = rows.map(({ epochs: [last], events: [event], ...run }) => {
    const progress = event && toEvent(event).progress;
    return {
      id: run.id,
      kind: run.kind,
      epoch: last?.epoch ?? 0,
      epochs: recipeOf(run).epochs,
      progress:
        progress && progress.total > 0 ? { phase: progress.phase, ratio: progress.done / progress.total } : null,
      validationAccuracy: last?.validationAccuracy ?? null,
    };
  });
  return { states, underWay };
}
