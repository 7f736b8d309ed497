import type { Logger } from 'pino';
import type { ChoreHandler } from './job-handler.js';
import type { WaitingJob } from './queue.js';

const HOUR_MS = 3_600_000;
/** Id of the only upkeep job. */
const ID = '00000000-0000-7000-8000-000000000001';

/** Does a part of the upkeep. @param signal aborted when the hub stops. */
type Upkeep = (signal: AbortSignal) => Promise<void>;

/** Runs upkeep at the start of the hub and every hour after it. */
export class UpkeepHandler implements ChoreHandler {
  /** @param chores by what they look after. */
  constructor(
    private readonly chores: Readonly<Record<string, Upkeep>>,
    private readonly log: Pick<Logger, 'error'>,
  ) {}

  async waiting(): Promise<WaitingJob[]> {
    return [{ id: ID }];
  }

  /** Does all chores, whichever of them fail: those are logged and done again in an hour. */
  async perform(_id: string, signal: AbortSignal): Promise<Date> {
    for (const [upkeep, chore] of Object.entries(this.chores)) {
      signal.throwIfAborted();
      await chore(signal).catch((err: unknown) => this.log.error({ err, upkeep }, 'upkeep failed'));
    }
    signal.throwIfAborted(); // another process, or the next start, does what is left
    return new Date(Date.now() + HOUR_MS);
  }
}
