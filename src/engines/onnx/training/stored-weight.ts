import type { Tensor, Weights } from '../../../network/tensor.js';
import { elements, f32 } from '../../../network/tensor.js';

/**
 * A weight as the graph holds it. Operators want the values of a kernel in orders of their own, several kernels side by
 * side, or without taps that only ever see padding; what they all keep together is a run: the output channels of one
 * place in a kernel, which lie next to each other in [height, width, in, out] too.
 */
export interface StoredWeight {
  readonly name: string;
  /** [rows, columns], or [columns] of a bias; columns are whole runs. */
  readonly shape: readonly number[];
  readonly parts: readonly Part[];
}

/** The runs of one of the network's weights in a stored one. */
export interface Part {
  readonly name: string;
  /** As the network has it: [height, width, in, out], [in, out] or [out]. */
  readonly shape: readonly number[];
  /** By run, where it begins in the stored weight; -1 for one that is left out, since its gradient is always zero. */
  readonly offsets: Int32Array;
}

/** Puts the network's weights into stored order. Weights that are missing count as zero. */
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

/** Takes the network's weights out of stored order. What is left out there comes from `rest`, or is zero. */
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

/** One value per stored column out of one per output channel: for factors that go with channels. */
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
