import * as ort from 'onnxruntime-node';
import { elements } from '../../../network/tensor.js';
import type { TrainerState } from '../../engine.js';
import { next, piecesOf, SLOTS, type Slot } from './pieces.js';
import { type StoredWeight, toStored } from './stored-weight.js';
import { sumOf } from './training-graph.js';

type Tensors = Readonly<Record<string, ort.Tensor>>;

/** Weights and moments of one moment in time, and the graph's names for them as inputs and as outputs. */
interface Side {
  readonly values: ReadonlyMap<string, Readonly<Record<Slot, Float32Array>>>;
  /** Whole weights by name. */
  readonly weights: Tensors;
  readonly reads: Tensors;
  readonly writes: Tensors;
}

/** Sums of gradients. */
interface Sums {
  readonly values: readonly Float32Array[];
  readonly reads: Tensors;
  readonly writes: Tensors;
}

/**
 * Where weights, moments and sums of gradients lie. Weights and moments have two sides: a step reads one and writes the
 * other, then they change places, so that nothing is allocated or copied.
 */
export class TrainingMemory {
  #current: Side;
  #spare: Side;
  #sums: Sums | undefined;

  constructor(
    private readonly stored: readonly StoredWeight[],
    start: TrainerState,
  ) {
    this.#current = sideOf(stored, start);
    this.#spare = sideOf(stored);
  }

  get weights(): Tensors {
    return this.#current.weights;
  }

  get pieces(): Tensors {
    return this.#current.reads;
  }

  get nextPieces(): Tensors {
    return this.#spare.writes;
  }

  get sums(): Tensors {
    return this.#gradients().reads;
  }

  /** The same memory as `sums`: adding is done in place. */
  get nextSums(): Tensors {
    return this.#gradients().writes;
  }

  clearSums(): void {
    for (const values of this.#gradients().values) values.fill(0);
  }

  /** What was written is what is read from now on. */
  swap(): void {
    [this.#current, this.#spare] = [this.#spare, this.#current];
  }

  values(weight: string, slot: Slot): Float32Array {
    return this.#current.values.get(weight)?.[slot] as Float32Array;
  }

  #gradients(): Sums {
    if (this.#sums) return this.#sums;
    const reads: Record<string, ort.Tensor> = {};
    const writes: Record<string, ort.Tensor> = {};
    const all: Float32Array[] = [];
    for (const { name, shape } of this.stored) {
      const values = new Float32Array(elements(shape));
      all.push(values);
      for (const piece of piecesOf(name, shape)) {
        const part = values.subarray(piece.offset, piece.offset + elements(piece.shape));
        reads[sumOf(piece.weight)] = new ort.Tensor('float32', part, piece.shape);
        writes[next(sumOf(piece.weight))] = new ort.Tensor('float32', part, piece.shape);
      }
    }
    this.#sums = { values: all, reads, writes };
    return this.#sums;
  }
}

/** Memory holding a state, or zeros. */
function sideOf(stored: readonly StoredWeight[], state?: TrainerState): Side {
  const values = new Map<string, Record<Slot, Float32Array>>();
  const weights: Record<string, ort.Tensor> = {};
  const reads: Record<string, ort.Tensor> = {};
  const writes: Record<string, ort.Tensor> = {};
  const from = state && { weight: state.weights, first: state.firstMoments, second: state.secondMoments };
  for (const weight of stored) {
    const { name, shape } = weight;
    const slots = {} as Record<Slot, Float32Array>;
    for (const slot of SLOTS) {
      const all = new Float32Array(elements(shape));
      if (from) toStored(weight, from[slot], all);
      slots[slot] = all;
      for (const piece of piecesOf(name, shape)) {
        const part = all.subarray(piece.offset, piece.offset + elements(piece.shape));
        reads[piece[slot]] = new ort.Tensor('float32', part, piece.shape);
        writes[next(piece[slot])] = new ort.Tensor('float32', part, piece.shape);
      }
    }
    values.set(name, slots);
    weights[name] = new ort.Tensor('float32', slots.weight, shape);
  }
  return { values, weights, reads, writes };
}
