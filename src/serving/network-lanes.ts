import type { ClassifierForward } from '../engines/engine.js';

/** Lanes of a machine: how many batches it computes side by side, and with how many threads each. */
export interface LanePlan {
  readonly count: number;
  readonly threads: number;
}

/** Most lanes. Each takes some 30 MB at 299 pixels. */
const MOST_LANES = 8;

/** The lanes of a machine with so many cores; one core has none. */
export function lanesOn(cores: number): LanePlan {
  const count = cores > 1 ? Math.min(cores, MOST_LANES) : 0;
  return { count, threads: count > 0 ? Math.floor(cores / count) : 0 };
}

/** Longest batch of a lane in milliseconds: photos that arrive during a batch wait for its end. */
const LONGEST_BATCH = 100;

/** Copies of a network that compute side by side, each on a part of the cores. They are loaded when they are first needed. */
export class NetworkLanes {
  #count: number;
  #loading: Promise<void> | undefined;
  #loaded: readonly ClassifierForward[] = [];
  /** Milliseconds per photo in the last batch. */
  #perPhoto = LONGEST_BATCH;

  /** @param count 0 for none. @param loadOne loads one lane. @param failed called with the reason when loading fails. */
  constructor(
    count: number,
    private readonly loadOne: () => Promise<ClassifierForward>,
    private readonly failed: (error: unknown) => void,
  ) {
    this.#count = count;
  }

  /** Lanes that can compute at the same time. */
  get count(): number {
    return this.#count;
  }

  /** Whether they have been needed. */
  get wanted(): boolean {
    return this.#loading !== undefined;
  }

  /** Most photos that are computed as one batch on every core; more are shared out among the lanes. */
  get mostTogether(): number {
    return this.count > 0 ? this.count - 1 : Number.POSITIVE_INFINITY;
  }

  /** Most photos in a batch of one lane: small photos are faster together, large ones one by one. */
  get mostInOne(): number {
    return Math.max(1, Math.floor(LONGEST_BATCH / this.#perPhoto));
  }

  /** Updates the time per photo. */
  computed(photos: number, milliseconds: number): void {
    this.#perPhoto = milliseconds / photos;
  }

  /** Lanes that can compute; none until all are loaded. */
  ready(): readonly ClassifierForward[] {
    void this.load();
    return this.#loaded;
  }

  /** Loads the lanes, once. Resolves when they can compute, or when loading has failed. */
  load(): Promise<void> {
    this.#loading ??= this.#loadAll();
    return this.#loading;
  }

  async dispose(): Promise<void> {
    await this.#loading;
    await Promise.all(this.#loaded.map((network) => network.dispose()));
  }

  async #loadAll(): Promise<void> {
    try {
      this.#loaded = await Promise.all(Array.from({ length: this.count }, () => this.loadOne()));
    } catch (error) {
      this.#count = 0;
      this.failed(error);
    }
  }
}
