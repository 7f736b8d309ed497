import type { ClassifierForward, ForwardResult } from '../engines/engine.js';
import { inTurns } from '../fair-limit.js';
import type { Place } from './admission.js';
import { evenly, LaneShares } from './lane-shares.js';
import type { NetworkLanes } from './network-lanes.js';
import type { Postprocessor } from './postprocessor.js';
import type { ServedVersion } from './served-version.js';
import type { ServingBounds } from './serving-bounds.js';

/** A version in memory. */
export interface Predictor {
  readonly version: ServedVersion;
  /** Computes on every core. */
  readonly network: ClassifierForward;
  /** Each computes on a part of the cores. */
  readonly lanes: NetworkLanes;
  readonly postprocessor: Postprocessor;
}

/** The network's output for one photo. */
export interface Output extends ForwardResult {
  /** Start and end of its batch, by `performance.now()`. */
  readonly began: number;
  readonly ended: number;
  /** Photos in the batch. */
  readonly batchSize: number;
}

/** A computed batch. */
export interface ComputedBatch {
  readonly version: ServedVersion;
  readonly photos: number;
  readonly milliseconds: number;
  /** Batches that can be computed at the same time, this one included. */
  readonly sideBySide: number;
}

interface Entry {
  /** Id of the token that asks. */
  readonly caller: string;
  readonly predictor: Predictor;
  /** [side, side, 3]. */
  readonly pixels: Uint8Array;
  /** Whether the output has maps. */
  readonly maps: boolean;
  readonly readyAt: number;
  /** Aborted when its request has ended. */
  readonly signal: AbortSignal;
  readonly resolve: (output: Output) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Computes the photos that wait. Up to as many as lanes could take are computed as one batch on every core, which has the
 * lowest latency. More are shared out among lanes, each on its part of the cores, which has the highest throughput. Tokens take
 * turns, and have equal shares of a batch. A batch waits for more photos only while some are being decoded.
 */
export class Batches {
  #ready: Entry[] = [];
  /** Whether a batch is computed on every core. */
  #together = false;
  readonly #shares = new LaneShares();
  #timer: NodeJS.Timeout | undefined;

  /** @param moreToCome whether photos are being decoded. @param onBatch called after each batch. */
  constructor(
    private readonly bounds: ServingBounds,
    private readonly moreToCome: () => boolean,
    private readonly onBatch: (batch: ComputedBatch) => void,
  ) {}

  /**
   * Predicts in the next batches that have room.
   * @param photos pixels of each: [side, side, 3]. @param maps whether the outputs have maps, which are large.
   * @returns outputs in the same order; never, once the place's signal is aborted before a photo's batch starts.
   */
  predict(
    predictor: Predictor,
    photos: readonly Uint8Array[],
    { caller, deadline: { signal } }: Place,
    maps: boolean,
  ): Promise<readonly Output[]> {
    const readyAt = performance.now();
    this.#shares.saw(caller);
    const outputs = photos.map(
      (pixels) =>
        new Promise<Output>((resolve, reject) => {
          this.#ready.push({ caller, predictor, pixels, maps, readyAt, signal, resolve, reject });
        }),
    );
    this.next();
    return Promise.all(outputs);
  }

  /** Starts the batches that are due. Called after every change that may make one due. */
  next(): void {
    clearTimeout(this.#timer);
    this.#ready = this.#ready.filter(({ signal }) => !signal.aborted);
    while (this.#startOne());
  }

  /** Starts a batch for the photo that waits longest. @returns whether another one may be due. */
  #startOne(): boolean {
    const ready = inTurns(this.#ready);
    const [oldest] = ready;
    if (!oldest || this.#together) return false;
    const { servingBatch, servingWait } = this.bounds;
    const { network, lanes } = oldest.predictor;
    const alike = ready.filter(({ predictor }) => predictor.network === network);
    const { busy } = this.#shares;
    const sideBySide = busy > 0 || alike.length > lanes.mostTogether ? lanes.ready() : [];
    if (sideBySide.length > 0) {
      const free = lanes.count - busy;
      const lane = free > 0 ? this.#shares.free(sideBySide) : undefined;
      const eligible = this.#shares.eligible(alike, free);
      if (!lane || eligible.length === 0) return false;
      const share = Math.ceil(eligible.length / free);
      const batch = evenly(eligible).slice(0, Math.min(share, servingBatch, lanes.mostInOne));
      this.#shares.begin(lane, batch);
      this.#start(lane, batch, lanes.count, () => this.#shares.end(lane));
      return true;
    }
    if (busy > 0) return false; // a batch needs every core
    const batch = evenly(alike).slice(0, Math.min(servingBatch, lanes.mostTogether));
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
          ...(all.computed && { computed: all.computed }),
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
