import * as ort from 'onnxruntime-node';
import { elements } from '../../../network/tensor.js';
import type { TrainerState } from '../../engine.js';
import { next, piecesOf, SLOTS, type Slot } from './pieces.js';
import { type StoredWeight, toStored } from './stored-weight.js';
import { sumOf } from './training-graph.js';

type Tensors = Readonly<Record<string, ort.Tensor>>;

/** Values, and tensors on their pieces by the graph's names for inputs and outputs: the same memory, updated in place. */
interface Pieces {
  readonly values: ReadonlyMap<string, Float32Array>;
  readonly reads: Tensors;
  readonly writes: Tensors;
}

/** The memory of weights, moments and sums of gradients between calls. A call updates them in place. */
export class TrainingMemory {
  readonly #slots: Readonly<Record<Slot, Pieces>>;
  #sums: Pieces | undefined;
  /** Whole weights by name. */
  readonly weights: Tensors;
  /** Weights and moments, as inputs and as outputs of a step. */
  readonly pieces: Tensors;
  readonly nextPieces: Tensors;
  readonly #statistics: ReadonlyMap<string, Float32Array>;
  /** Statistics, as inputs and as outputs of a pass. */
  readonly statistics: Tensors;
  readonly nextStatistics: Tensors;

  constructor(
    private readonly stored: readonly StoredWeight[],
    measured: readonly StoredWeight[],
    start: TrainerState,
  ) {
    const from = { weight: start.weights, first: start.firstMoments, second: start.secondMoments };
    const slotOf = (slot: Slot): Pieces => {
      const pieces = piecesFor(stored, (piece) => piece[slot]);
      for (const weight of stored) toStored(weight, from[slot], pieces.values.get(weight.name) as Float32Array);
      return pieces;
    };
    this.#slots = { weight: slotOf('weight'), first: slotOf('first'), second: slotOf('second') };
    const all = SLOTS.map((slot) => this.#slots[slot]);
    this.pieces = Object.assign({}, ...all.map(({ reads }) => reads));
    this.nextPieces = Object.assign({}, ...all.map(({ writes }) => writes));
    this.weights = Object.fromEntries(
      stored.map(({ name, shape }) => [name, new ort.Tensor('float32', this.values(name, 'weight'), shape)]),
    );
    this.#statistics = new Map(
      measured.map((statistic) => {
        const values = new Float32Array(elements(statistic.shape));
        toStored(statistic, start.weights, values);
        return [statistic.name, values];
      }),
    );
    const tensors = measured.map(({ name, shape }) => {
      return [name, new ort.Tensor('float32', this.statistic(name), shape)] as const;
    });
    this.statistics = Object.fromEntries(tensors);
    this.nextStatistics = Object.fromEntries(tensors.map(([name, tensor]) => [next(name), tensor]));
  }

  get sums(): Tensors {
    return this.#gradients().reads;
  }

  get nextSums(): Tensors {
    return this.#gradients().writes;
  }

  clearSums(): void {
    for (const values of this.#gradients().values.values()) values.fill(0);
  }

  statistic(name: string): Float32Array {
    return this.#statistics.get(name) as Float32Array;
  }

  values(weight: string, slot: Slot): Float32Array {
    return this.#slots[slot].values.get(weight) as Float32Array;
  }

  #gradients(): Pieces {
    this.#sums ??= piecesFor(this.stored, (piece) => sumOf(piece.weight));
    return this.#sums;
  }
}

/** Allocates zeros for the weights, with tensors on their pieces. */
function piecesFor(
  stored: readonly StoredWeight[],
  nameOf: (piece: ReturnType<typeof piecesOf>[number]) => string,
): Pieces {
  const values = new Map<string, Float32Array>();
  const reads: Record<string, ort.Tensor> = {};
  const writes: Record<string, ort.Tensor> = {};
  for (const { name, shape } of stored) {
    const all = new Float32Array(elements(shape));
    values.set(name, all);
    for (const piece of piecesOf(name, shape)) {
      const part = all.subarray(piece.offset, piece.offset + elements(piece.shape));
      const tensor = new ort.Tensor('float32', part, piece.shape);
      reads[nameOf(piece)] = tensor;
      writes[next(nameOf(piece))] = tensor;
    }
  }
  return { values, reads, writes };
}
