import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { Layer, PoolLayer, Shape } from '../../network/layers.js';
import { convolve } from './convolution.js';
import type { Kernels } from './kernels.js';
import type { TensorFlow } from './library.js';

export type Tensors = ReadonlyMap<string, Tensor>;

/** The library, weights and shapes with which layers are computed. */
export interface LayerContext {
  readonly tf: TensorFlow;
  readonly kernels: Kernels;
  /** `layer/kernel` and `layer/bias`, the batch normalization folded in. */
  readonly weights: Tensors;
  /** By layer name, including the input of the first layers. */
  readonly shapes: ReadonlyMap<string, Shape>;
  /** By dropout layer: factors of its input; a layer without an entry drops nothing. */
  readonly masks?: Tensors;
}

/**
 * Computes layers in order; activations are [n, height, width, channels], after global pooling [n, channels]. The last layer
 * gives logits, without its softmax.
 * @param values inputs of the first layers, by name.
 * @returns the value of every layer, by name.
 */
export function computeLayers(context: LayerContext, layers: readonly Layer[], values: Tensors): Map<string, Tensor> {
  const all = new Map(values);
  for (const layer of layers) {
    all.set(
      layer.name,
      computeLayer(
        context,
        layer,
        layer.inputs.map((name) => all.get(name) as Tensor),
      ),
    );
  }
  return all;
}

function computeLayer(context: LayerContext, layer: Layer, inputs: readonly Tensor[]): Tensor {
  const { tf, kernels, masks } = context;
  const [x] = inputs as [Tensor4D];
  const weight = (name: 'kernel' | 'bias'): Tensor => context.weights.get(`${layer.name}/${name}`) as Tensor;
  switch (layer.kind) {
    case 'conv': {
      const y = convolve(tf, layer, x, weight('kernel') as Tensor4D);
      return kernels.relu(kernels.addBias(y, weight('bias')));
    }
    case 'maxPool':
      return tf.maxPool(x, 3, layer.stride, layer.padding);
    case 'averagePool':
      return averagePool(context, layer, x);
    case 'concat':
      return tf.concat([...inputs] as Tensor4D[], 3);
    case 'globalAveragePool':
      return tf.mean(x, [1, 2]);
    case 'dense': {
      const y = kernels.addBias(tf.matMul(inputs[0] as Tensor2D, weight('kernel') as Tensor2D), weight('bias'));
      return layer.activation === 'relu' ? kernels.relu(y) : y;
    }
    case 'dropout': {
      const mask = masks?.get(layer.name);
      return mask ? tf.mul(x, mask) : x;
    }
  }
}

function averagePool({ kernels, shapes }: LayerContext, layer: PoolLayer, x: Tensor4D): Tensor {
  if (layer.stride !== 1 || layer.padding !== 'same') {
    throw new Error(`${layer.name}: average pooling with these settings cannot be computed`);
  }
  return kernels.averagePool(x, shapes.get(layer.inputs[0]) as Shape);
}
