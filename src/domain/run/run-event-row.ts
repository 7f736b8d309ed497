import { z } from 'zod';
import type { Prisma } from '../../storage/database.js';
import { parseColumns } from '../../storage/parse-columns.js';
import { epochMetricsSchema } from '../../training/epoch-metrics.js';
import { RunState } from './run.js';
import { type RunEvent, type RunEventKind, RunPhase } from './run-event.js';

/** The field of an event that its kind names. */
export type EventDetails = {
  [F in keyof typeof KINDS]: { readonly [G in F]: NonNullable<RunEvent[F]> };
}[keyof typeof KINDS];

const KINDS = {
  state: 'STATE',
  epoch: 'EPOCH',
  message: 'LOG',
  progress: 'PROGRESS',
  system: 'SYSTEM',
} as const satisfies Partial<Record<keyof RunEvent, RunEventKind>>;

const progressSchema = z.object({
  phase: z.enum(RunPhase),
  done: z.number(),
  total: z.number(),
  secondsLeft: z.number().nullable(),
});

/** The JSON column of an event by its kind. */
const COLUMNS = {
  STATE: z.object({ details: z.object({ state: z.enum(RunState) }) }),
  EPOCH: z.object({ details: z.object({ epoch: epochMetricsSchema }) }),
  LOG: z.object({ details: z.object({ message: z.string() }) }),
  PROGRESS: z.object({ details: z.object({ progress: progressSchema }) }),
  SYSTEM: z.object({
    details: z.object({
      system: z.object({ cpuShare: z.number(), memoryBytes: z.number(), freeMemoryBytes: z.number() }),
    }),
  }),
} as const satisfies Record<RunEventKind, z.ZodType<{ details: EventDetails }>>;

/** The columns of a new event, except its run. */
export function eventRow(number: number, details: EventDetails) {
  const [field] = Object.keys(details) as [keyof typeof KINDS];
  return { number, kind: KINDS[field], details: details as Prisma.InputJsonObject };
}

export function toEvent(row: Prisma.RunEventGetPayload<object>): RunEvent {
  const { runId, number, kind, createdAt: at } = row;
  const schema: z.ZodType<{ details: EventDetails }> = COLUMNS[kind];
  return { runId, number, kind, at, ...parseColumns(schema, row, `event ${number} of run ${runId}`).details };
}
