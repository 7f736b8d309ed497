import { performance } from 'node:perf_hooks';
import type { BlobStore } from '../storage/blobs.js';
import { type Checkpoint, saveCheckpoint } from './checkpoint.js';
import type { EpochMetrics } from './epoch-metrics.js';
import type { TrainingEvent } from './job.js';

/** Seconds from one checkpoint to the next: to one within an epoch, and to one behind an epoch. */
export interface CheckpointSeconds {
  readonly within: number;
  readonly behind: number;
}

/**
 * A worker that dies, or a hub that is stopped, costs at most so much training. Epochs that are shorter share a checkpoint:
 * to write one takes longer than they do.
 */
const CHECKPOINT_SECONDS: CheckpointSeconds = { within: 60, behind: 0.5 };

/**
 * Writes where a run stands while training goes on, one checkpoint at a time, and tells of each together with the epochs
 * that it covers: what is on record is always what can be gone on from.
 */
export class CheckpointWriter {
  /** Where the run stood last, and the epochs that ended since the last checkpoint. */
  #latest: Checkpoint | undefined;
  #epochs: EpochMetrics[] = [];
  #writing = Promise.resolve();
  #begunAt = performance.now();

  constructor(
    private readonly blobs: BlobStore,
    private readonly emit: (event: TrainingEvent) => void,
    private readonly seconds: CheckpointSeconds = CHECKPOINT_SECONDS,
  ) {}

  /** Whether a checkpoint within an epoch should be written. */
  get due(): boolean {
    return this.#since() >= this.seconds.within;
  }

  /** Writes a checkpoint within an epoch. */
  async within(at: Checkpoint): Promise<void> {
    this.#latest = at;
    await this.#write();
  }

  /** Keeps where an epoch ended, and writes it when it is time. */
  async behind(at: Checkpoint): Promise<void> {
    this.#latest = at;
    this.#epochs.push(at.history.at(-1) as EpochMetrics);
    if (this.#since() >= this.seconds.behind) await this.#write();
  }

  /** Writes what is left to write. To be called however training ends: what was learned until then is not lost. */
  async end(): Promise<void> {
    await this.#write();
    await this.#writing;
  }

  /** Waits for the checkpoint before, not for this one. */
  async #write(): Promise<void> {
    const [at, epochs] = [this.#latest, this.#epochs];
    if (!at) return;
    this.#latest = undefined;
    this.#epochs = [];
    this.#begunAt = performance.now();
    await this.#writing;
    this.#writing = saveCheckpoint(this.blobs, at).then((checkpointBlob) =>
      this.emit({ type: 'checkpoint', checkpointBlob, epochs }),
    );
    this.#writing.catch(() => undefined); // awaited before the next one or at the end; until then it must not end the process
  }

  #since(): number {
    return (performance.now() - this.#begunAt) / 1000;
  }
}
