import type { LoadedVersions } from './loaded-versions.js';
import { mostProbable } from './postprocessor.js';
import type { ServedVersion } from './served-version.js';

/** Most comparisons that wait, and most bytes that they keep in memory. */
const [MOST_WAITING, MOST_BYTES] = [64, 64 * 1024 ** 2];

/** Pause after a comparison, as a multiple of the time that it took. */
const REST = 9;

/** Photos that one version has answered and another is asked about too. */
export interface Comparison {
  /** What it belongs to; ends with it. */
  readonly of: object;
  readonly version: ServedVersion;
  readonly n: number;
  /** Bytes that it keeps in memory. */
  readonly bytes: number;
  /** n x side x side x 3 bytes. */
  readonly pixels: (side: number) => Promise<Uint8Array>;
  /** @param milliseconds of predicting. */
  readonly answered: (labels: readonly string[], milliseconds: number) => void;
  readonly failed: (error: unknown) => void;
}

/**
 * Asks another version about answered photos while no request waits. A comparison starts once the hub was idle for as long
 * as a photo takes, and pauses follow it, so a new photo rarely meets one. A hub that is never idle compares nothing.
 */
export class Comparisons {
  readonly #waiting: Comparison[] = [];
  #bytes = 0;
  #idle = false;
  #working = false;
  #timer: NodeJS.Timeout | undefined;
  /** Earliest start of the next one, by `performance.now()`. */
  #restsUntil = 0;

  constructor(private readonly loaded: LoadedVersions) {}

  /** @returns false where there is no room for it. */
  add(comparison: Comparison): boolean {
    if (this.#waiting.length >= MOST_WAITING || this.#bytes + comparison.bytes > MOST_BYTES) return false;
    this.#waiting.push(comparison);
    this.#bytes += comparison.bytes;
    return true;
  }

  /** Drops the waiting comparisons that belong to something that has ended. */
  forget(of: object): void {
    for (const comparison of this.#waiting.filter((waiting) => waiting.of === of)) {
      this.#waiting.splice(this.#waiting.indexOf(comparison), 1);
      this.#bytes -= comparison.bytes;
    }
  }

  /** Tells it that a request waits. */
  busy(): void {
    clearTimeout(this.#timer);
    this.#idle = false;
  }

  /** Tells it that no request waits. @param quiet milliseconds for which that has to last. */
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
      const { network, letGo } = await this.loaded.hold(version);
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

/** The most probable label of each photo. @param probabilities n x classes. */
function bestLabels(labels: readonly string[], probabilities: Float32Array): string[] {
  return Array.from({ length: probabilities.length / labels.length }, (_, i) => {
    const row = probabilities.subarray(i * labels.length, (i + 1) * labels.length);
    return labels[mostProbable(row)] as string;
  });
}
