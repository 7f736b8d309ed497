import type { JobQueue } from '../../jobs/queue.js';
import type { Prisma } from '../../storage/database.js';

/** The order of a run that joins the end of the queue. */
export async function lastOrder(prisma: Prisma.TransactionClient): Promise<number> {
  const [next] = await prisma.$queryRaw<[{ order: bigint }]>`
    SELECT nextval(pg_get_serial_sequence('runs', 'queue_order')) AS order`;
  return Number(next.order);
}

/**
 * Moves a queued run before another one, or to the end. Rows and jobs change their order together.
 * @returns false, with nothing changed, when one of the runs waits no longer.
 */
export async function moveRun(
  tx: Prisma.TransactionClient,
  queue: JobQueue,
  id: string,
  before: string | null,
): Promise<boolean> {
  const waiting = await tx.$queryRaw<{ id: string; order: number }[]>`
    SELECT id, queue_order AS order FROM runs WHERE state = 'QUEUED' ORDER BY queue_order FOR UPDATE`;
  const ids = waiting.map((run) => run.id);
  const others = ids.filter((other) => other !== id);
  const place = before === null ? others.length : others.indexOf(before);
  if (others.length === ids.length || place < 0) return false;
  const orders = waiting.map((run) => run.order); // the same ones, assigned again
  const moved = others
    .toSpliced(place, 0, id)
    .flatMap((run, i) => (run === ids[i] ? [] : [{ id: run, order: orders[i] as number }]));
  await tx.$executeRaw`
    UPDATE runs SET queue_order = placed.order
    FROM unnest(${moved.map((run) => run.id)}::text[], ${moved.map((run) => run.order)}::int[]) AS placed(id, "order")
    WHERE runs.id = placed.id`;
  await queue.reorder(tx, 'train', moved);
  return true;
}
