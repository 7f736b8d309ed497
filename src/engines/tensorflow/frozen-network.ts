import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { Preprocessing } from '../../network/architecture.js';
import { isSoftmax, type Layer, NETWORK_INPUT, type Shape } from '../../network/layers.js';
import type { Weights } from '../../network/tensor.js';
import type { Features, FeatureType, Forward, InputSize } from '../engine.js';
import { toHalf } from './half-floats.js';
import type { Kernels } from './kernels.js';
import { computeLayers } from './layers.js';
import type { TensorFlow } from './library.js';
import { tensorOf } from './tensors.js';

export interface FrozenNetworkSpec {
  readonly layers: readonly Layer[];
  /** Weights with the batch normalization folded in. */
  readonly weights: Weights;
  readonly shapes: ReadonlyMap<string, Shape>;
  readonly size: InputSize;
  readonly preprocessing: Preprocessing;
  /** Type of the output. */
  readonly type: FeatureType;
}

/** A network with constant weights, from pixels to its last layer. */
export class FrozenNetwork<T extends Features> implements Forward<T> {
  readonly outFeatures: number;
  readonly #weights: ReadonlyMap<string, Tensor>;

  constructor(
    private readonly tf: TensorFlow,
    private readonly kernels: Kernels,
    private readonly spec: FrozenNetworkSpec,
  ) {
    const { layers, weights, shapes } = spec;
    const { height, width, channels } = shapes.get((layers.at(-1) as Layer).name) as Shape;
    this.outFeatures = height * width * channels;
    this.#weights = new Map(Array.from(weights.keys(), (name) => [name, tensorOf(tf, weights, name)]));
  }

  async run(pixels: Uint8Array, n: number): Promise<T> {
    const { tf, kernels, spec } = this;
    const { layers, shapes, size, type, preprocessing } = spec;
    const last = layers.at(-1) as Layer;
    const result = tf.tidy(() => {
      const image = preprocess(
        tf,
        tf.tensor4d(new Float32Array(pixels), [n, size.input, size.input, 3]),
        [size.image, size.image],
        preprocessing,
      );
      const context = { tf, kernels, weights: this.#weights, shapes };
      const value = computeLayers(context, layers, new Map([[NETWORK_INPUT, image]])).get(last.name) as Tensor;
      return isSoftmax(last) ? tf.softmax(value) : value;
    });
    const values = (await result.data()) as Float32Array;
    result.dispose();
    return (type === 'float16' ? toHalf(values) : values) as T;
  }

  async dispose(): Promise<void> {
    for (const weight of this.#weights.values()) weight.dispose();
  }
}

/** Same as in the onnx engine: bilinear with half-pixel centers, no antialiasing, then the network's scaling. */
export function preprocess(
  tf: TensorFlow,
  pixels: Tensor4D,
  [height, width]: readonly [number, number],
  { scale, shift }: Preprocessing,
): Tensor4D {
  const same = pixels.shape[1] === height && pixels.shape[2] === width;
  const resized = same ? pixels : tf.image.resizeBilinear(pixels, [height, width], false, true);
  return tf.sub(tf.div(resized, 1 / scale), shift);
}
