import { Repeater, SlidingBuffer } from '@graphql-yoga/subscription';
import type { Notices } from '../../cluster/notices.js';
import { isMissing, type Prisma, type PrismaClient } from '../../storage/database.js';
import type { EpochMetrics } from '../../training/epoch-metrics.js';
import type { ChangeNotices } from '../change/change-notices.js';
import { notFound } from '../not-found.js';
import type { WebhookOutbox } from '../webhook/webhook-outbox.js';
import type { RunState } from './run.js';
import type { RunEvent, RunProgress } from './run-event.js';
import { type EventDetails, eventRow, toEvent } from './run-event-row.js';
import { isFinal } from './run-transitions.js';

/** Events that a reader takes from the database at once. */
const READ_AHEAD = 100;

/** Changes made together with events. */
export interface SideEffects {
  /** Columns of the run, written in the same transaction. */
  readonly data?: Prisma.RunUncheckedUpdateInput;
  /** The states in which the write is allowed; any without it. */
  readonly before?: readonly RunState[];
  /** The attempt that the write belongs to. It is refused once the run was claimed again. */
  readonly attempt?: number;
  /** Further writes of the same transaction. */
  readonly inTransaction?: (tx: Prisma.TransactionClient) => Promise<void>;
  /** Runs after the transaction and before the events are published. */
  readonly cleanUp?: () => Promise<void>;
}

/**
 * The events of runs. An event is written first and announced afterwards. An announcement carries no event: readers read
 * the database at their own pace, so a slow one delays nobody and nothing is buffered for it.
 */
export class RunJournal {
  constructor(
    private readonly prisma: PrismaClient,
    private readonly notices: Notices,
    private readonly changes: ChangeNotices,
    private readonly outbox: WebhookOutbox,
  ) {}

  /**
   * Writes events with `append` in a transaction of their own, and announces them.
   * @returns false, with nothing written, when the run is in none of the states `before`, or in another attempt.
   */
  async write(id: string, events: readonly EventDetails[], effects: SideEffects = {}): Promise<boolean> {
    const { inTransaction, cleanUp, ...row } = effects;
    try {
      await this.prisma.$transaction(async (tx) => {
        await this.append(tx, id, events, row);
        await inTransaction?.(tx);
      });
    } catch (error) {
      if (!isMissing(error)) throw error;
      return false;
    }
    try {
      await cleanUp?.();
    } finally {
      this.announce(id, events);
    }
    return true;
  }

  /**
   * Writes events under the run's next numbers, together with changes of the run's row. Epochs become rows of their own too.
   * Call `announce` after the transaction. @throws Prisma's error for a missing row, where `write` returns false.
   */
  async append(
    tx: Prisma.TransactionClient,
    id: string,
    events: readonly EventDetails[],
    { data = {}, before, attempt }: Pick<SideEffects, 'data' | 'before' | 'attempt'>,
  ): Promise<void> {
    const where = { id, ...(before && { state: { in: [...before] } }), ...(attempt !== undefined && { attempt }) };
    const counted = { ...data, eventCount: { increment: events.length } };
    const { eventCount } = await tx.run.update({ where, data: counted, select: { eventCount: true } });
    const first = eventCount - events.length + 1;
    for (const event of events) {
      if ('progress' in event) await tx.runEvent.deleteMany({ where: overtakenBy(id, event.progress.phase) });
    }
    const epochs = epochsIn(events);
    if (epochs.length > 0) await tx.runEpoch.createMany({ data: epochs.map((epoch) => ({ runId: id, ...epoch })) });
    await tx.runEvent.createMany({ data: events.map((event, i) => ({ runId: id, ...eventRow(first + i, event) })) });
    const state = stateIn(events);
    if (state !== undefined && isFinal(state)) await this.outbox.put(tx, 'RUN_ENDED', { runId: id, state });
  }

  /** Tells readers and caches of events that have been written. */
  announce(id: string, events: readonly EventDetails[]): void {
    this.notices.tell('run', id);
    if (stateIn(events) !== undefined || epochsIn(events).length > 0) this.changes.tell('RUN', id);
  }

  /**
   * All events after a number: those written already, then new ones until the run has ended. A reader that was cut off
   * resumes with the last number that it received.
   */
  follow(id: string, after: number): Repeater<RunEvent> {
    return new Repeater(async (push, stop) => {
      const news = this.#newsOf(id);
      let stopped = false;
      void stop.then(() => {
        stopped = true;
        void news.return();
      });
      try {
        let told = news.next(); // listens from here on
        for (let at = after; !stopped; ) {
          const { events, over } = await this.#read(id, at);
          for (const event of events) {
            await push(event); // until the reader asks for the next
            at = event.number;
          }
          if (over) break;
          if (events.length === READ_AHEAD) continue;
          await told;
          told = news.next();
        }
      } catch (error) {
        if (!stopped) throw error; // a hub that is closed lets its readers go before its database
      }
      stop();
    });
  }

  /** The last progress in each phase, also of earlier attempts. */
  async lastProgress(runId: string): Promise<RunProgress[]> {
    const rows = await this.prisma.runEvent.findMany({
      where: { runId, kind: 'PROGRESS' },
      orderBy: { number: 'asc' },
    });
    return rows.flatMap((row) => toEvent(row).progress ?? []);
  }

  /** The next events after a number, and whether they are the last. */
  async #read(id: string, after: number): Promise<{ events: RunEvent[]; over: boolean }> {
    const where = { runId: id, number: { gt: after } };
    const rows = await this.prisma.runEvent.findMany({ where, orderBy: { number: 'asc' }, take: READ_AHEAD });
    // Read after the events, so that its count cannot be older than they are.
    const run = await this.prisma.run.findUnique({ where: { id }, select: { state: true, eventCount: true } });
    if (!run) throw notFound('run', id);
    return { events: rows.map(toEvent), over: isFinal(run.state) && (rows.at(-1)?.number ?? after) >= run.eventCount };
  }

  /** Yields when there is something new; announcements between two reads count as one. */
  #newsOf(id: string): Repeater<true> {
    return new Repeater<true>(async (push, stop) => {
      const unlisten = this.notices.on('run', id, () => void push(true));
      await stop;
      unlisten();
    }, new SlidingBuffer(1));
  }
}

/** The last state among events. */
const stateIn = (events: readonly EventDetails[]): RunState | undefined =>
  events.flatMap((event) => ('state' in event ? [event.state] : [])).at(-1);

const epochsIn = (events: readonly EventDetails[]): EpochMetrics[] =>
  events.flatMap((event) => ('epoch' in event ? [event.epoch] : []));

/** Earlier progress in a phase. */
function overtakenBy(runId: string, phase: string): Prisma.RunEventWhereInput {
  return { runId, kind: 'PROGRESS', details: { path: ['progress', 'phase'], equals: phase } };
}
