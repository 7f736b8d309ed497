import type { ClassifierForward } from '../engines/engine.js';

/** How many pictures a machine computes side by side, and on how many cores each. */
export interface LanePlan {
  readonly count: number;
  readonly threads: number;
}

/** Each takes memory of its own, some 30 MB at 299 pixels. */
const MOST_LANES = 8;

/** What a machine with so many cores does; one core has nothing beside it. */
export function lanesOn(cores: number): LanePlan {
  const count = cores > 1 ? Math.min(cores, MOST_LANES) : 0;
  return { count, threads: count > 0 ? Math.floor(cores / count) : 0 };
}

/** Milliseconds that a batch may take on one: so long wait those that come when it has begun. */
const LONGEST_BATCH = 100;

/** The same network several times, to compute side by side on a part of the cores each. Loaded when they are needed first. */
export class NetworkLanes {
  #count: number;
  #loading: Promise<void> | undefined;
  #loaded: readonly ClassifierForward[] = [];
  /** Milliseconds that a picture took in the last batch. */
  #perPicture = LONGEST_BATCH;

  /** @param count 0 for none. @param loadOne loads one of them. @param failed is told why there are none after all. */
  constructor(
    count: number,
    private readonly loadOne: () => Promise<ClassifierForward>,
    private readonly failed: (error: unknown) => void,
  ) {
    this.#count = count;
  }

  /** As many as compute at the same time. */
  get count(): number {
    return this.#count;
  }

  /** Whether they were needed. */
  get wanted(): boolean {
    return this.#loading !== undefined;
  }

  /** Pictures that are computed together at most: of more, each has a lane. */
  get mostTogether(): number {
    return this.count > 0 ? this.count - 1 : Number.POSITIVE_INFINITY;
  }

  /** Pictures that one of them may take at once: small ones go faster together, each of large ones by itself. */
  get mostInOne(): number {
    return Math.max(1, Math.floor(LONGEST_BATCH / this.#perPicture));
  }

  /** Learns how long they take. */
  computed(pictures: number, milliseconds: number): void {
    this.#perPicture = milliseconds / pictures;
  }

  /** Those that can be asked: none while they are loaded. */
  ready(): readonly ClassifierForward[] {
    void this.load();
    return this.#loaded;
  }

  /** @returns when they can be asked, if they ever can. */
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
