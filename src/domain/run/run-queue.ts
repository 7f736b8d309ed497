import type { LimitFunction } from 'p-limit';
import { HubError } from '../../errors.js';
import { WorkLoop } from '../../jobs/work-loop.js';
import { type ExecutionParts, RunExecution } from './run-execution.js';

export interface QueueParts extends ExecutionParts {
  /** Runs and sweeps take turns: one worker at a time. */
  readonly turn: LimitFunction;
}

/** Runs wait their turn here; one is worked on at a time. */
export class RunQueue {
  readonly #loop = new WorkLoop(
    () => this.parts.turn(() => this.#next()),
    (err) => this.parts.log.error({ err }, 'the queue of runs cannot go on; it tries again'),
  );
  #current: RunExecution | undefined;

  constructor(private readonly parts: QueueParts) {}

  wake(): void {
    this.#loop.wake();
  }

  /** Ends a run that waits, now, or one under way, at its next batch. @throws NOT_FOUND, CONFLICT when it has ended. */
  async cancel(id: string): Promise<void> {
    const { states } = this.parts;
    while ((await states.require(id, 'cancel')) === 'QUEUED') {
      if (await states.tryChange(id, 'cancel', { endedAt: new Date() }, { before: ['QUEUED'] })) return;
    }
    if (this.#current?.id === id) this.#current.cancel();
    else await states.tryChange(id, 'cancel', { endedAt: new Date() }); // left by an earlier hub, not taken up yet
  }

  /** Lets a run that failed or was cancelled go on from its last checkpoint, behind all that wait. */
  async resume(id: string): Promise<void> {
    const { prisma, states } = this.parts;
    const [next] = await prisma.$queryRaw<[{ order: bigint }]>`
      SELECT nextval(pg_get_serial_sequence('runs', 'queue_order')) AS order`;
    const anew = { queueOrder: Number(next.order), resumes: { increment: 1 } };
    await states.change(id, 'resume', { ...anew, endedAt: null, error: null, errorCode: null });
    this.wake();
  }

  /** Moves a run that waits before another one that waits, or behind all. @throws NOT_FOUND, CONFLICT, BAD_INPUT. */
  async move(id: string, before: string | null): Promise<void> {
    const { prisma, states } = this.parts;
    await states.require(id, 'move');
    if (before === id) throw new HubError('BAD_INPUT', 'A run cannot be moved before itself.', { id });
    if (before !== null) await states.require(before, 'move');
    const moved = await prisma.$transaction(async (tx) => {
      const waiting = await tx.$queryRaw<{ id: string; order: number }[]>`
        SELECT id, queue_order AS order FROM runs WHERE state = 'QUEUED' ORDER BY queue_order FOR UPDATE`;
      const ids = waiting.map((run) => run.id);
      const others = ids.filter((other) => other !== id);
      const place = before === null ? others.length : others.indexOf(before);
      if (others.length === ids.length || place < 0) return false;
      const moved = others.toSpliced(place, 0, id);
      const orders = waiting.map((run) => run.order); // the same ones, given anew
      await tx.$executeRaw`
        UPDATE runs SET queue_order = placed.order
        FROM unnest(${moved}::text[], ${orders}::int[]) AS placed(id, "order") WHERE runs.id = placed.id`;
      return true;
    });
    if (!moved) throw new HubError('CONFLICT', 'One of the runs waits no longer: look at the queue again.', { id });
  }

  /** Stops the worker where it is; the run goes on from its checkpoint when a hub starts again. */
  async close(): Promise<void> {
    const closed = this.#loop.close();
    this.#current?.kill();
    await closed;
  }

  async #next(): Promise<boolean> {
    const { prisma, runBlobs, log } = this.parts;
    if (this.#loop.closed) return false;
    await runBlobs
      .deleteReleased()
      .catch((err: unknown) => log.warn({ err }, 'blobs that nothing refers to cannot be deleted'));
    await this.#takeUp();
    const orderBy = [{ queueOrder: 'asc' }, { id: 'asc' }] as const;
    const where = { state: 'QUEUED' } as const;
    const next = await prisma.run.findFirst({ where, orderBy: [...orderBy], select: { id: true } });
    if (!next || this.#loop.closed) return false;
    this.#current = new RunExecution(next.id, this.parts);
    await this.#current.run().finally(() => {
      this.#current = undefined;
    });
    return true;
  }

  /**
   * What an earlier hub left, or this one when it could not write a run's end: a run that was under way goes on from its
   * checkpoint. It came before all that wait, and so it does now.
   */
  async #takeUp(): Promise<void> {
    const left = await this.parts.prisma.run.findMany({ where: { state: 'RUNNING' }, select: { id: true } });
    for (const { id } of left) await this.parts.states.tryChange(id, 'interrupt');
  }
}
