import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { ClaimedJob, JobName } from './queue.js';

/** Milliseconds between polls of the queue, since a notice can be lost; of one that other processes fill, more often. */
const POLL_MS = { own: 30_000, shared: 5000 } as const;
/** Milliseconds of the pause after a failure, doubled each time. */
const REST_MS = { first: 1000, longest: 30_000 } as const;

interface LaneParts {
  readonly log: Logger;
  /** Whether other processes use the queue too. */
  readonly isShared?: boolean;
  /** Kinds of jobs, which take turns. */
  readonly kinds: readonly JobName[];
  /** Number of jobs at the same time. */
  readonly width: number;
  /** Claims a job of the first kind that has one, or one of a kind that takes no turns. */
  claim(kinds: readonly JobName[]): Promise<ClaimedJob | null>;
  /**
   * Does a job. @returns whether it is first next time, because its worker died.
   * @throws when not even the failure of the job can be written, as on a full disk.
   */
  perform(job: ClaimedJob): Promise<boolean>;
  /** Returns a job whose end could not be written to the queue. */
  again(job: ClaimedJob): Promise<void>;
}

/** Takes jobs of some kinds from the queue, a fixed number at a time. */
export class Lane {
  readonly #closed = new AbortController();
  readonly #active = new Set<Promise<void>>();
  /** Claimed jobs whose end could not be written. */
  readonly #unwritten: ClaimedJob[] = [];
  #turn = 0;
  #rest = 0;
  #isWoken = false;
  #wake: () => void = () => undefined;
  #running: Promise<void> | undefined;

  constructor(private readonly parts: LaneParts) {}

  open(): void {
    this.#running ??= this.#run();
  }

  /** Checks the queue now. */
  wake(): void {
    this.#isWoken = true;
    this.#wake();
  }

  /** Stops claiming jobs, and waits for the running ones. */
  async close(): Promise<void> {
    this.#closed.abort();
    this.wake();
    await this.#running;
    await Promise.all(this.#active);
  }

  async #run(): Promise<void> {
    const { signal } = this.#closed;
    while (!signal.aborted) {
      try {
        const job = this.#active.size < this.parts.width ? await this.#claim() : null;
        if (job) this.#start(job);
        else await this.#idle();
      } catch (err) {
        this.#fail(err);
      }
      if (this.#rest > 0) await sleep(this.#rest, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  async #claim(): Promise<ClaimedJob | null> {
    const { kinds, claim, again } = this.parts;
    this.#isWoken = false;
    for (const job of [...this.#unwritten]) {
      await again(job);
      this.#unwritten.shift();
    }
    const inTurn = [...kinds.slice(this.#turn), ...kinds.slice(0, this.#turn)];
    const job = await claim(inTurn);
    this.#rest = 0;
    return job;
  }

  #start(job: ClaimedJob): void {
    const { kinds, perform } = this.parts;
    const place = kinds.indexOf(job.kind);
    const hasTurn = place >= 0;
    if (hasTurn) this.#turn = (place + 1) % kinds.length;
    const active = perform(job)
      .then((goesFirst) => {
        if (goesFirst && hasTurn) this.#turn = place;
      })
      .catch((err: unknown) => {
        this.#unwritten.push(job);
        this.#fail(err);
      })
      .finally(() => {
        this.#active.delete(active);
        this.wake();
      });
    this.#active.add(active);
  }

  async #idle(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, POLL_MS[this.parts.isShared ? 'shared' : 'own']).unref();
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
      if (this.#isWoken || this.#closed.signal.aborted) this.#wake();
    });
    this.#wake = () => undefined;
    this.#isWoken = false; // otherwise a full lane would never wait
  }

  #fail(err: unknown): void {
    if (this.#closed.signal.aborted) return;
    this.parts.log.error({ err, jobs: this.parts.kinds }, 'jobs could not be run; the hub will retry');
    this.#rest = Math.min(REST_MS.longest, Math.max(REST_MS.first, this.#rest * 2));
  }
}
