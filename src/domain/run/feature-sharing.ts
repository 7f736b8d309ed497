import { performance } from 'node:perf_hooks';
import prettyMilliseconds from 'pretty-ms';
import type { Processes } from '../../cluster/processes.js';
import { isDatabaseOutage } from '../../database-outage.js';
import { QUEUED_KINDS } from '../../jobs/job-kinds.js';
import type { FeatureChunk } from '../../training/job.js';
import { divide, type PlannedSlice } from './feature-slices.js';

/** Seconds of a worker's time in a slice, which takes a second or two to begin. */
const SLICE_SECONDS = 60;
/** Milliseconds between two looks for workers that have nothing to do. */
const LOOK_MS = 2000;

/** The slices that workers shall compute, and what to say in the run's log. */
export interface SharePlan {
  readonly slices: readonly PlannedSlice[];
  readonly message: string;
}

interface SharingParts {
  readonly processes: Pick<Processes, 'id' | 'list'>;
  /** Engine, device and kind of processor of this process. */
  readonly computer: string;
  /** Seconds that the features must still take on one worker. */
  readonly seconds: number;
  /** Monotonic clock, in milliseconds. */
  readonly now?: () => number;
}

/** Decides whether to share the computing of features among workers: where it takes long, and others have nothing to do. */
export class FeatureSharing {
  constructor(private readonly parts: SharingParts) {}

  get computer(): string {
    return this.parts.computer;
  }

  /** Watches the features of one attempt. @param pictures of all chunks. @param cached chunks before the attempt. */
  watch(pictures: number, perChunk: number, cached: readonly FeatureChunk[]): FeatureWatch {
    return new FeatureWatch(this.parts, pictures, perChunk, cached);
  }
}

/** The features of a run while one worker computes them. */
export class FeatureWatch {
  readonly #now: () => number;
  readonly #began: number;
  readonly #have: Set<number>;
  readonly #chunks: number;
  #left: number;
  #computed = 0;
  #looked = Number.NEGATIVE_INFINITY;
  #hasSaidWhyNot = false;

  constructor(
    private readonly parts: SharingParts,
    pictures: number,
    private readonly perChunk: number,
    cached: readonly FeatureChunk[],
  ) {
    this.#now = parts.now ?? (() => performance.now());
    this.#began = this.#now();
    this.#have = new Set(cached.map(({ index }) => index));
    this.#chunks = Math.ceil(pictures / perChunk);
    this.#left = pictures - cached.reduce((sum, { rows }) => sum + rows, 0);
  }

  /** Counts a chunk that was stored. @returns how to share the others; why they are not shared, once; null otherwise. */
  async next({ index, rows }: FeatureChunk): Promise<SharePlan | string | null> {
    this.#have.add(index);
    this.#left -= rows;
    this.#computed += rows;
    const now = this.#now();
    const seconds = ((now - this.#began) / 1000 / this.#computed) * this.#left;
    if (seconds < this.parts.seconds || this.#left <= this.perChunk || now - this.#looked < LOOK_MS) return null;
    this.#looked = now;
    const others = await this.#others().catch((error: unknown) => {
      if (isDatabaseOutage(error)) return null; // looks again after the next chunk
      throw error;
    });
    if (!others) return null;
    const { idle, kinds } = others;
    if (kinds.length > 0) return this.#whyNot(kinds);
    if (idle === 0) return null;
    return this.#plan(idle + 1, seconds);
  }

  /** Processes besides this one that train: how many have nothing to do, and what those compute with that differ from it. */
  async #others(): Promise<{ idle: number; kinds: readonly string[] }> {
    const { processes, computer } = this.parts;
    const isBusy = (kind: string): boolean => (QUEUED_KINDS as readonly string[]).includes(kind);
    // A process of a release that knows no slices takes none.
    const others = (await processes.list()).filter(
      (other) => other.isLive && other.id !== processes.id && other.roles.includes('train') && other.computer !== null,
    );
    const kinds = others.flatMap((other) => (other.computer !== computer ? [other.computer as string] : []));
    return { idle: others.filter(({ working }) => !working.some(({ kind }) => isBusy(kind))).length, kinds };
  }

  #whyNot(kinds: readonly string[]): string | null {
    if (this.#hasSaidWhyNot) return null;
    this.#hasSaidWhyNot = true;
    const others = [...new Set(kinds)].join('; ');
    return `Features are not shared among workers, whose results would differ in the last digits: this one computes with ${this.parts.computer}, others with ${others}.`;
  }

  #plan(workers: number, seconds: number): SharePlan {
    const missing = Array.from({ length: this.#chunks }, (_, index) => index).filter((index) => !this.#have.has(index));
    const slices = divide(missing, Math.ceil(seconds / SLICE_SECONDS / workers) * workers);
    const time = prettyMilliseconds(seconds * 1000, { secondsDecimalDigits: 0 });
    const message = `Features: ${this.#left} images left, about ${time} on one worker. Shared among ${workers} workers in ${slices.length} slices.`;
    return { slices, message };
  }
}
