import { type ConvLayer, kernelShape } from '../../../network/layers.js';
import type { Tensor, Weights } from '../../../network/tensor.js';
import { elements, f32 } from '../../../network/tensor.js';

/**
 * A weight as the graph stores it. Operators need the values of a kernel in their own order, several kernels side by side,
 * or without taps that only touch padding. All of them keep runs together: a run is the output channels of one place in a
 * kernel, which are also contiguous in [height, width, in, out].
 */
export interface StoredWeight {
  readonly name: string;
  /** [rows, columns], or [columns] for a bias; columns are whole runs. */
  readonly shape: readonly number[];
  readonly parts: readonly Part[];
}

/** The runs of one of the network's weights in a stored one. */
export interface Part {
  readonly name: string;
  /** Shape in the network: [height, width, in, out], [in, out] or [out]. */
  readonly shape: readonly number[];
  /** By run: its offset in the stored weight; -1 for a run that is left out because its gradient is always zero. */
  readonly offsets: Int32Array;
}

/**
 * A kernel that stores the run of a tap and an input channel at index `runAt`. @param taps that are stored, as indices into
 * the whole window.
 */
export function storedKernel(
  layer: ConvLayer,
  shape: readonly number[],
  taps: readonly number[],
  runAt: (tap: number, channel: number) => number,
): StoredWeight {
  const [height, width, ins, filters] = kernelShape(layer);
  const offsets = new Int32Array(height * width * ins).fill(-1);
  for (const [at, tap] of taps.entries()) {
    for (let c = 0; c < ins; c++) offsets[tap * ins + c] = runAt(at, c) * filters;
  }
  const part = { name: `${layer.name}/kernel`, shape: kernelShape(layer), offsets };
  return { name: part.name, shape, parts: [part] };
}

export function storedBias({ name, filters }: ConvLayer): StoredWeight {
  const part = { name: `${name}/bias`, shape: [filters], offsets: Int32Array.of(0) };
  return { name: part.name, shape: part.shape, parts: [part] };
}

/** Copies the network's weights into stored order. Missing weights count as zero. */
export function toStored(stored: StoredWeight, weights: Weights, target: Float32Array): void {
  for (const { name, shape, offsets } of stored.parts) {
    const from = weights.get(name)?.data;
    if (!from) continue;
    const length = shape.at(-1) as number;
    for (const [run, offset] of offsets.entries()) {
      if (offset >= 0) target.set(from.subarray(run * length, (run + 1) * length), offset);
    }
  }
}

/** Copies stored weights back into the network's order. Runs that are not stored come from `rest`, or are zero. */
export function fromStored(stored: StoredWeight, values: Float32Array, rest?: Weights): [string, Tensor][] {
  return stored.parts.map(({ name, shape, offsets }) => {
    const data = Float32Array.from(rest?.get(name)?.data ?? new Float32Array(elements(shape)));
    const length = shape.at(-1) as number;
    for (const [run, offset] of offsets.entries()) {
      if (offset >= 0) data.set(values.subarray(offset, offset + length), run * length);
    }
    return [name, f32(shape, data)];
  });
}

/** Spreads a value per output channel to the columns of a stored weight. */
export function perColumn(stored: StoredWeight, valuesOf: (part: Part, channel: number) => number): Float32Array {
  const columns = stored.shape.at(-1) as number;
  const result = new Float32Array(columns);
  for (const part of stored.parts) {
    const length = part.shape.at(-1) as number;
    const starts = new Set(
      Array.from(
        part.offsets.filter((offset) => offset >= 0),
        (offset) => offset % columns,
      ),
    );
    for (const start of starts) for (let o = 0; o < length; o++) result[start + o] = valuesOf(part, o);
  }
  return result;
}
