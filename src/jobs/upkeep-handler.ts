import type { ChoreHandler } from './job-handler.js';
import type { WaitingJob } from './queue.js';

const HOUR_MS = 3_600_000;
/** Id of the only upkeep job. */
const ID = '00000000-0000-7000-8000-000000000001';

/** Runs upkeep at the start of the hub and every hour after it. */
export class UpkeepHandler implements ChoreHandler {
  constructor(private readonly chores: readonly (() => Promise<void>)[]) {}

  async waiting(): Promise<WaitingJob[]> {
    return [{ id: ID }];
  }

  async perform(): Promise<Date> {
    for (const chore of this.chores) await chore();
    return new Date(Date.now() + HOUR_MS);
  }
}
