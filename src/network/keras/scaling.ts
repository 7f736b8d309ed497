import type { ConvLayer } from '../layers.js';
import { f32, type Tensor, type Weights } from '../tensor.js';

/** An affine scaling of pixels from 0 to 255, by channel: x * scale + offset. */
export interface PixelScaling {
  readonly scale: readonly number[];
  readonly offset: readonly number[];
}

/** The hub's: x / 127.5 - 1, InceptionV3's preprocessing. */
export const SCALING: PixelScaling = { scale: Array(3).fill(1 / 127.5), offset: Array(3).fill(-1) };

/** A scaling after another one. */
export function scaleAgain(first: PixelScaling | undefined, next: PixelScaling): PixelScaling {
  if (!first) return next;
  const scale = first.scale.map((value, c) => value * next.scale[c]!);
  return { scale, offset: first.offset.map((value, c) => value * next.scale[c]! + next.offset[c]!) };
}

/** Rounding of numbers in a file's text. */
const ROUNDING = 1e-6;

/**
 * Folds a scaling into the first convolution, so that the same network computes the same from pixels that the hub scales. With
 * y = x / 127.5 - 1, the file's s * x + o is a * y + b, a = 127.5 s and b = 127.5 s + o: a goes into the kernel, b, summed over
 * the window, into the moving mean. Exact, since the convolution does not pad: every window sees pixels only.
 * @param conv the first convolution, without padding. @param weights its kernel [h, w, 3, out], and its moving mean.
 */
export function foldScaling(conv: ConvLayer, weights: Weights, { scale, offset }: PixelScaling): Weights {
  const factors = scale.map((value) => 127.5 * value);
  const shifts = factors.map((value, c) => value + offset[c]!);
  const isTheHubs = factors.every((value, c) => Math.abs(value - 1) < ROUNDING && Math.abs(shifts[c]!) < ROUNDING);
  if (isTheHubs) return weights;
  const [kernelName, meanName] = [`${conv.name}/kernel`, `${conv.norm}/moving_mean`];
  const kernel = weights.get(kernelName) as Tensor;
  const mean = Float64Array.from((weights.get(meanName) as Tensor).data);
  const folded = Float32Array.from(kernel.data, (value, i) => {
    const c = Math.floor(i / conv.filters) % conv.inChannels;
    mean[i % conv.filters]! -= value * shifts[c]!;
    return value * factors[c]!;
  });
  const changed = [
    [kernelName, f32(kernel.shape, folded)],
    [meanName, f32([conv.filters], Float32Array.from(mean))],
  ] as const;
  return new Map([...weights, ...changed]);
}
