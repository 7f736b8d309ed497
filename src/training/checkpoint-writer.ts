import { performance } from 'node:perf_hooks';
import type { BlobStore } from '../storage/blobs.js';
import { type Checkpoint, saveCheckpoint } from './checkpoint.js';
import type { EpochMetrics } from './epoch-metrics.js';
import type { TrainingEvent } from './job.js';

/** Minimum seconds between two checkpoints: before one within an epoch, and before one at the end of an epoch. */
export interface CheckpointSeconds {
  readonly withinEpoch: number;
  readonly afterEpoch: number;
}

/**
 * The training lost at most when a worker dies or a hub is stopped. Shorter epochs share a checkpoint, since writing one
 * takes longer than they do.
 */
const CHECKPOINT_SECONDS: CheckpointSeconds = { withinEpoch: 60, afterEpoch: 0.5 };

/**
 * Writes checkpoints while training continues, one at a time. Each is reported together with the epochs it covers, so the
 * recorded epochs are always those the run can resume after.
 */
export class CheckpointWriter {
  /** The latest state not written yet, and the epochs that ended since the last checkpoint. */
  #latest: Checkpoint | undefined;
  #epochs: EpochMetrics[] = [];
  #writing = Promise.resolve();
  #begunAt = performance.now();

  constructor(
    private readonly blobs: BlobStore,
    private readonly emit: (event: TrainingEvent) => void,
    private readonly seconds: CheckpointSeconds = CHECKPOINT_SECONDS,
  ) {}

  /** Whether it is time for a checkpoint within an epoch. */
  get due(): boolean {
    return this.#since() >= this.seconds.withinEpoch;
  }

  /** Writes a checkpoint within an epoch. */
  async withinEpoch(at: Checkpoint): Promise<void> {
    this.#latest = at;
    await this.#write();
  }

  /** Takes the state at the end of an epoch, and writes it when a checkpoint is due. */
  async afterEpoch(at: Checkpoint): Promise<void> {
    this.#latest = at;
    this.#epochs.push(at.history.at(-1) as EpochMetrics);
    if (this.#since() >= this.seconds.afterEpoch) await this.#write();
  }

  /** Writes the pending checkpoint and waits for it. Call it when training ends for any reason, so that no epoch is lost. */
  async end(): Promise<void> {
    await this.#write();
    await this.#writing;
  }

  /** Starts writing the pending state. Waits for the previous checkpoint, not for this one. */
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
    this.#writing.catch(() => undefined); // awaited by the next write or `end`; unhandled, it would end the process
  }

  #since(): number {
    return (performance.now() - this.#begunAt) / 1000;
  }
}
