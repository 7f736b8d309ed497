import { type ConvLayer, kernelShape, type Shape } from '../../network/layers.js';

/**
 * The taps of a kernel that see more than padding: a window that is wider than the map, as at 75 pixels, is cut to them. The
 * others have no gradient. `from` is the first row and column, `shape` is [height, width, in, out].
 */
export interface Taps {
  readonly from: readonly [number, number];
  readonly shape: readonly [number, number, number, number];
}

export function tapsOf(layer: ConvLayer, { height, width }: Shape): Taps {
  const [h, w, ins, outs] = kernelShape(layer);
  const seen = (length: number, size: number): number =>
    keepsSize(layer) && !layer.depthwise ? Math.min(length, 2 * size - 1) : length;
  const [rows, columns] = [seen(h, height), seen(w, width)];
  return { from: [(h - rows) / 2, (w - columns) / 2], shape: [rows, columns, ins, outs] };
}

/** Whether a convolution's output is as large as its input, and its window centered. */
export function keepsSize({ stride, padding, kernel }: ConvLayer): boolean {
  return stride === 1 && padding !== 'valid' && kernel.every((length) => length % 2 === 1);
}

/** The seen taps of a kernel; the kernel itself if all are. */
export function cropTaps(kernel: Float32Array, layer: ConvLayer, { from, shape }: Taps): Float32Array {
  const length = shape.reduce((product, size) => product * size, 1);
  if (length === kernel.length) return kernel;
  const result = new Float32Array(length);
  eachRow(layer, { from, shape }, (whole, part, count) => result.set(kernel.subarray(whole, whole + count), part));
  return result;
}

/** Puts seen taps back. @param rest the values of the others, zeros by default. */
export function restoreTaps(
  part: Float32Array,
  layer: ConvLayer,
  { from, shape }: Taps,
  rest?: Float32Array,
): Float32Array {
  const length = kernelShape(layer).reduce((product, size) => product * size, 1);
  if (part.length === length) return part;
  const result = rest?.slice() ?? new Float32Array(length);
  eachRow(layer, { from, shape }, (whole, at, count) => result.set(part.subarray(at, at + count), whole));
  return result;
}

/** Goes over rows of taps, which lie together. @param visit with the offsets in the whole kernel and in the part. */
function eachRow(
  layer: ConvLayer,
  { from: [top, left], shape: [rows, columns, ins, outs] }: Taps,
  visit: (whole: number, part: number, count: number) => void,
): void {
  const count = columns * ins * outs;
  for (let row = 0; row < rows; row++) {
    visit(((top + row) * layer.kernel[1] + left) * ins * outs, row * count, count);
  }
}
