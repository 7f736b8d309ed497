import type { Prisma } from '../../storage/database.js';
import { eventRow } from './run-event-row.js';

type NewRun = Omit<Prisma.RunUncheckedCreateInput, 'state' | 'eventCount' | 'events'>;

/** Writes a queued run with its first event. @returns its job, which the caller enqueues when it can start. */
export async function createQueued(
  tx: Prisma.TransactionClient,
  data: NewRun,
): Promise<{ readonly id: string; readonly order: number }> {
  const queued = { eventCount: 1, events: { create: eventRow(1, { state: 'QUEUED' }) } };
  const { id, queueOrder: order } = await tx.run.create({ data: { ...data, ...queued } });
  return { id, order };
}
