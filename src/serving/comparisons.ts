import type { Deployments } from './deployments.js';
import type { ServedVersion } from './served-version.js';

/** Photos that wait at most, and the bytes that they may keep in memory. */
const [MOST_WAITING, MOST_BYTES] = [64, 64 * 1024 ** 2];

/** How many times as long as one took nothing is compared after it. */
const REST = 9;

/** Pictures that a version has answered, to be asked of another as well. */
export interface Comparison {
  /** What ends with it. */
  readonly of: object;
  readonly version: ServedVersion;
  readonly n: number;
  /** What it keeps in memory. */
  readonly bytes: number;
  /** n x side x side x 3 bytes. */
  readonly pixels: (side: number) => Promise<Uint8Array>;
  /** @param milliseconds of predicting. */
  readonly answered: (labels: readonly string[], milliseconds: number) => void;
  readonly failed: (error: unknown) => void;
}

/**
 * Asks another version, too, while nobody waits for an answer. One begins when there was nothing to do for as long as a
 * photo takes, and most of that time nothing is done: a photo that comes rarely finds one under way. A hub that is busy
 * all the time compares nothing.
 */
export class Comparisons {
  readonly #waiting: Comparison[] = [];
  #bytes = 0;
  #idle = false;
  #working = false;
  #timer: NodeJS.Timeout | undefined;
  /** By `performance.now()`; the next one does not begin before. */
  #restsUntil = 0;

  constructor(private readonly deployments: Deployments) {}

  /** @returns false when too many wait, and it is not taken. */
  add(comparison: Comparison): boolean {
    if (this.#waiting.length >= MOST_WAITING || this.#bytes + comparison.bytes > MOST_BYTES) return false;
    this.#waiting.push(comparison);
    this.#bytes += comparison.bytes;
    return true;
  }

  /** Forgets what waits for something that has ended. */
  forget(of: object): void {
    for (const comparison of this.#waiting.filter((waiting) => waiting.of === of)) {
      this.#waiting.splice(this.#waiting.indexOf(comparison), 1);
      this.#bytes -= comparison.bytes;
    }
  }

  /** Somebody waits for an answer. */
  busy(): void {
    clearTimeout(this.#timer);
    this.#idle = false;
  }

  /** Nobody does any more. @param quiet milliseconds for which it should stay so. */
  idle(quiet: number): void {
    this.#idle = true;
    clearTimeout(this.#timer);
    if (this.#waiting.length === 0) return;
    const wait = Math.max(quiet, this.#restsUntil - performance.now());
    this.#timer = setTimeout(() => void this.#next(), wait).unref();
  }

  async #next(): Promise<void> {
    if (this.#working) return;
    const next = this.#waiting.shift();
    if (!next) return;
    this.#bytes -= next.bytes;
    this.#working = true;
    const began = performance.now();
    await this.#compare(next);
    const ended = performance.now();
    this.#restsUntil = ended + REST * (ended - began);
    this.#working = false;
    if (this.#idle) this.idle(0);
  }

  async #compare({ version, n, pixels, answered, failed }: Comparison): Promise<void> {
    try {
      const { network, letGo } = await this.deployments.holdVersion(version);
      try {
        const input = await pixels(version.size.input);
        const began = performance.now();
        const probabilities = await network.run(input, n);
        answered(bestLabels(version.labels, probabilities), performance.now() - began);
      } finally {
        await letGo();
      }
    } catch (error) {
      failed(error);
    }
  }
}

/** The most probable label of each picture. @param probabilities n x classes. */
export function bestLabels(labels: readonly string[], probabilities: Float32Array): string[] {
  return Array.from({ length: probabilities.length / labels.length }, (_, i) => {
    const row = probabilities.subarray(i * labels.length, (i + 1) * labels.length);
    return labels[row.indexOf(Math.max(...row))] as string;
  });
}
