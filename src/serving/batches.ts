import type { Sight, SightedForward } from '../engines/engine.js';
import type { Judgement } from './judgement.js';
import type { ServingLimits } from './limits.js';
import type { ServedVersion } from './served-version.js';

/** A version in memory. */
export interface Predictor {
  readonly version: ServedVersion;
  readonly network: SightedForward;
  readonly judgement: Judgement;
}

/** What a batch gave one of those in it. */
export interface Predicted extends Sight {
  /** When the batch began and ended, by `performance.now()`. */
  readonly began: number;
  readonly ended: number;
  /** Pictures in the batch. */
  readonly batchSize: number;
}

interface Entry {
  readonly predictor: Predictor;
  /** n x input x input x 3 bytes. */
  readonly pixels: Uint8Array;
  readonly n: number;
  /** Whether it needs the maps. */
  readonly maps: boolean;
  readonly readyAt: number;
  /** Aborted when nobody waits for it any more. */
  readonly signal: AbortSignal;
  readonly resolve: (predicted: Predicted) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Computes the pictures that wait together, one batch after the other: a network takes every core by itself. Nothing is
 * held back for company that is not in sight: a batch waits only while others are being decoded.
 */
export class Batches {
  readonly #ready: Entry[] = [];
  #computing = false;
  #timer: NodeJS.Timeout | undefined;

  /** @param moreToCome whether pictures are being decoded. */
  constructor(
    private readonly limits: ServingLimits,
    private readonly moreToCome: () => boolean,
    private readonly onBatch: (version: ServedVersion, n: number, milliseconds: number) => void,
  ) {}

  /** @param pixels n x input x input x 3 bytes, of at most `servingBatch` pictures. */
  add(predictor: Predictor, pixels: Uint8Array, n: number, signal: AbortSignal, maps = false): Promise<Predicted> {
    return new Promise((resolve, reject) => {
      this.#ready.push({ predictor, pixels, n, maps, readyAt: performance.now(), signal, resolve, reject });
      this.next();
    });
  }

  /** Starts the next batch if it is time for it. To be called when something changed that it depends on. */
  next(): void {
    clearTimeout(this.#timer);
    if (this.#computing) return;
    const batch = this.#gather();
    const [oldest] = batch;
    if (!oldest) return;
    const wait = oldest.readyAt + this.limits.servingWait - performance.now();
    if (countOf(batch) < this.limits.servingBatch && this.moreToCome() && wait > 0) {
      this.#timer = setTimeout(() => this.next(), wait);
      return;
    }
    for (const entry of batch) this.#ready.splice(this.#ready.indexOf(entry), 1);
    this.#computing = true;
    void this.#compute(oldest.predictor, batch).finally(() => {
      this.#computing = false;
      this.next();
    });
  }

  /** The one that waits longest, and of the same version what fits beside it. */
  #gather(): readonly Entry[] {
    const batch: Entry[] = [];
    let room = this.limits.servingBatch;
    for (const entry of [...this.#ready]) {
      if (entry.signal.aborted) this.#ready.splice(this.#ready.indexOf(entry), 1);
      else if (entry.predictor.network === (batch[0] ?? entry).predictor.network && entry.n <= room) {
        batch.push(entry);
        room -= entry.n;
      }
    }
    return batch;
  }

  async #compute({ version, network }: Predictor, batch: readonly Entry[]): Promise<void> {
    const n = countOf(batch);
    const began = performance.now();
    try {
      const maps = batch.some((entry) => entry.maps);
      const all = await network.look(joined(batch), n, maps);
      const ended = performance.now();
      this.onBatch(version, n, ended - began);
      let at = 0;
      for (const { n: own, resolve } of batch) {
        const part = (values: Float32Array): Float32Array => {
          const row = values.length / n;
          return values.slice(at * row, (at + own) * row);
        };
        const sight = {
          probabilities: part(all.probabilities),
          features: all.features && part(all.features),
          maps: all.maps && part(all.maps),
        };
        resolve({ ...sight, began, ended, batchSize: n });
        at += own;
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}

const countOf = (batch: readonly Entry[]): number => batch.reduce((sum, { n }) => sum + n, 0);

function joined(batch: readonly Entry[]): Uint8Array {
  const [first] = batch;
  return batch.length === 1 && first ? first.pixels : Buffer.concat(batch.map(({ pixels }) => pixels));
}
