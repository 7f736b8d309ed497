import type { PrismaClient } from '../../storage/database.js';
import { RunState } from './run.js';
import { toEvent } from './run-event-row.js';
import { recipeOf } from './run-row.js';

/** Most running runs that are listed one by one. */
const MOST_RUNS = 20;

/** Figures of all runs, for metrics. */
export interface RunFigures {
  /** Number of runs by state. */
  readonly states: Readonly<Record<RunState, number>>;
  readonly running: readonly RunningRun[];
}

/** A run that is RUNNING. */
interface RunningRun {
  readonly id: string;
  readonly kind: string;
  /** Finished epochs, and the maximum of the recipe. */
  readonly epoch: number;
  readonly epochs: number;
  /** Progress in the current phase; null before the first report. */
  readonly progress: { readonly phase: string /** From 0 to 1. */; readonly ratio: number } | null;
  /** Accuracy of the last epoch; null before the first one has ended. */
  readonly validationAccuracy: number | null;
}

/** Two queries, for any number of runs. */
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
  const running = rows.map(({ epochs: [last], events: [event], ...run }) => {
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
  return { states, running };
}
