import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { ChoreHandler } from '../../jobs/job-handler.js';
import type { WaitingJob } from '../../jobs/queue.js';
import type { RunBlobs } from './run-blobs.js';

/** Deletes the blobs of deleted runs and model versions. It takes turns with runs: a run stores a blob before its row names it. */
export class ReleaseHandler implements ChoreHandler {
  constructor(
    private readonly blobs: RunBlobs,
    private readonly log: Logger,
  ) {}

  async waiting(): Promise<WaitingJob[]> {
    return (await this.blobs.hasReleased()) ? [{ id: randomUUID() }] : [];
  }

  async perform(): Promise<undefined> {
    await this.blobs
      .deleteReleased()
      .catch((err: unknown) => this.log.warn({ err }, 'blobs that nothing refers to cannot be deleted'));
  }
}
