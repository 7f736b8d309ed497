/** A stored weight: 32-bit floats, or 8-bit integers whose scales per output channel are a tensor of their own. */
export type Tensor =
  | { readonly type: 'F32'; readonly shape: readonly number[]; readonly data: Float32Array }
  | { readonly type: 'I8'; readonly shape: readonly number[]; readonly data: Int8Array };

/** Tensors by name: `conv2d_3/kernel`, `batch_normalization_3/beta`, `dense/bias`, … */
export type Weights = ReadonlyMap<string, Tensor>;

/** A tensor of 32-bit floats, zeros by default. @throws RangeError when the number of values does not fit the shape. */
export function f32(shape: readonly number[], data: Float32Array = new Float32Array(elements(shape))): Tensor {
  if (data.length !== elements(shape)) throw new RangeError(`${data.length} values for shape [${shape.join(', ')}]`);
  return { type: 'F32', shape, data };
}

/** Number of elements of a shape. */
export function elements(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
