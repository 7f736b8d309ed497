import type { ClassifierForward, ForwardResult } from '../engines/engine.js';
import type { NetworkLanes } from './network-lanes.js';
import type { Postprocessor } from './postprocessor.js';
import type { ServedVersion } from './served-version.js';
import type { ServingBounds } from './serving-bounds.js';

/** A version in memory. */
export interface Predictor {
  readonly version: ServedVersion;
  /** On every core. */
  readonly network: ClassifierForward;
  /** On a part of the cores each. */
  readonly lanes: NetworkLanes;
  readonly postprocessor: Postprocessor;
}

/** What a batch gave one of those in it. */
export interface Predicted extends ForwardResult {
  /** When the batch began and ended, by `performance.now()`. */
  readonly began: number;
  readonly ended: number;
  /** Pictures in the batch. */
  readonly batchSize: number;
}

/** A batch that was computed. */
export interface Computed {
  readonly version: ServedVersion;
  readonly photos: number;
  readonly milliseconds: number;
  /** Batches that can be computed at the same time as this one, with itself. */
  readonly sideBySide: number;
}

interface Entry {
  readonly predictor: Predictor;
  /** input x input x 3 bytes. */
  readonly pixels: Uint8Array;
  /** Whether it needs the maps. */
  readonly maps: boolean;
  readonly readyAt: number;
  /** Aborted when nobody waits for it any more. */
  readonly signal: AbortSignal;
  readonly resolve: (predicted: Predicted) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Computes the pictures that wait. Fewer than can be computed side by side are computed together on every core, which
 * answers them soonest; more are shared out among parts of the cores, none of which waits for another, which answers
 * the most of them in a second. Nothing is held back for company that is not in sight.
 */
export class Batches {
  #ready: Entry[] = [];
  /** Whether a batch has every core. */
  #together = false;
  /** Those that compute side by side. */
  readonly #busy = new Set<ClassifierForward>();
  #timer: NodeJS.Timeout | undefined;

  /** @param moreToCome whether pictures are being decoded. */
  constructor(
    private readonly bounds: ServingBounds,
    private readonly moreToCome: () => boolean,
    private readonly onBatch: (batch: Computed) => void,
  ) {}

  /** @param pictures of input x input x 3 bytes each. @param maps whether they need the maps. */
  add(
    predictor: Predictor,
    pictures: readonly Uint8Array[],
    signal: AbortSignal,
    maps = false,
  ): readonly Promise<Predicted>[] {
    const readyAt = performance.now();
    const predicted = pictures.map(
      (pixels) =>
        new Promise<Predicted>((resolve, reject) => {
          this.#ready.push({ predictor, pixels, maps, readyAt, signal, resolve, reject });
        }),
    );
    this.next();
    return predicted;
  }

  /** Starts what it is time for. To be called when something changed that it depends on. */
  next(): void {
    clearTimeout(this.#timer);
    this.#ready = this.#ready.filter(({ signal }) => !signal.aborted);
    while (this.#startOne());
  }

  /** The one that waits longest goes first. @returns whether one was started that may not be the last. */
  #startOne(): boolean {
    const [oldest] = this.#ready;
    if (!oldest || this.#together) return false;
    const { servingBatch, servingWait } = this.bounds;
    const { network, lanes } = oldest.predictor;
    const alike = this.#ready.filter(({ predictor }) => predictor.network === network);
    const sideBySide = this.#busy.size > 0 || alike.length > lanes.mostTogether ? lanes.ready() : [];
    if (sideBySide.length > 0) {
      const free = lanes.count - this.#busy.size;
      const lane = free > 0 ? sideBySide.find((each) => !this.#busy.has(each)) : undefined;
      if (!lane) return false;
      this.#busy.add(lane);
      const share = Math.ceil(alike.length / free);
      const batch = alike.slice(0, Math.min(share, servingBatch, lanes.mostInOne));
      this.#start(lane, batch, lanes.count, () => this.#busy.delete(lane));
      return true;
    }
    if (this.#busy.size > 0) return false; // it takes every core
    const batch = alike.slice(0, Math.min(servingBatch, lanes.mostTogether));
    const wait = oldest.readyAt + servingWait - performance.now();
    if (alike.length < servingBatch && this.moreToCome() && wait > 0) {
      this.#timer = setTimeout(() => this.next(), wait);
      return false;
    }
    this.#together = true;
    this.#start(network, batch, 1, () => {
      this.#together = false;
    });
    return false;
  }

  #start(network: ClassifierForward, batch: readonly Entry[], sideBySide: number, ended: () => void): void {
    this.#ready = this.#ready.filter((entry) => !batch.includes(entry));
    void this.#compute(network, batch, sideBySide).finally(() => {
      ended();
      this.next();
    });
  }

  async #compute(network: ClassifierForward, batch: readonly Entry[], sideBySide: number): Promise<void> {
    const n = batch.length;
    const began = performance.now();
    try {
      const maps = batch.some((entry) => entry.maps);
      const all = await network.runWithFeatures(joined(batch), n, maps);
      const ended = performance.now();
      const { version, lanes } = (batch[0] as Entry).predictor;
      if (sideBySide > 1) lanes.computed(n, ended - began);
      this.onBatch({ version, photos: n, milliseconds: ended - began, sideBySide });
      for (const [i, { resolve }] of batch.entries()) {
        const part = (values: Float32Array): Float32Array => {
          const row = values.length / n;
          return values.slice(i * row, (i + 1) * row);
        };
        const sight = {
          probabilities: part(all.probabilities),
          features: all.features && part(all.features),
          maps: all.maps && part(all.maps),
        };
        resolve({ ...sight, began, ended, batchSize: n });
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}

function joined(batch: readonly Entry[]): Uint8Array {
  const [first] = batch;
  return batch.length === 1 && first ? first.pixels : Buffer.concat(batch.map(({ pixels }) => pixels));
}
