import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { type Layer, type PoolLayer, type Shape, withoutSoftmax } from '../../network/layers.js';
import { activate } from './activation.js';
import { convolve } from './convolution.js';
import type { Kernels } from './kernels.js';
import type { TensorFlow } from './library.js';

export type Tensors = ReadonlyMap<string, Tensor>;

/** The library, weights and shapes with which layers are computed. */
export interface LayerContext {
  readonly tf: TensorFlow;
  readonly kernels: Kernels;
  /**
   * `layer/kernel` and `layer/bias`, the batch normalization of convolutions folded in; `layer/scale` and `layer/offset` of the
   * head's own.
   */
  readonly weights: Tensors;
  /** By layer name, including the input of the first layers. */
  readonly shapes: ReadonlyMap<string, Shape>;
  /** By dropout layer: factors of its input; a layer without an entry drops nothing. */
  readonly masks?: Tensors;
  /** Normalizes what a convolution gives, before its bias, if its batch normalization is not folded in. */
  readonly normalize?: (layer: string, y: Tensor) => Tensor;
}

/**
 * Computes layers in order; activations are [n, height, width, channels], after global pooling [n, channels]. A softmax at the
 * end is left out: the last layer gives logits.
 * @param values inputs of the first layers, by name.
 * @returns the value of every layer, by name.
 */
export function computeLayers(context: LayerContext, layers: readonly Layer[], values: Tensors): Map<string, Tensor> {
  const all = new Map(values);
  for (const layer of withoutSoftmax(layers)) {
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
  const weight = (name: 'kernel' | 'bias' | 'scale' | 'offset'): Tensor =>
    context.weights.get(`${layer.name}/${name}`) as Tensor;
  switch (layer.kind) {
    case 'conv': {
      const y = convolve(tf, layer, x, weight('kernel') as Tensor4D);
      const normed = context.normalize?.(layer.name, y) ?? y;
      return activate(context, layer.activation, kernels.addBias(normed, weight('bias')));
    }
    case 'maxPool':
      return tf.maxPool(x, 3, layer.stride, layer.padding);
    case 'averagePool':
      return averagePool(context, layer, x);
    case 'concat':
      return tf.concat([...inputs] as Tensor4D[], 3);
    case 'add':
      return inputs.length === 1 ? x : tf.addN([...inputs]);
    case 'globalAveragePool':
      return tf.mean(x, [1, 2]);
    case 'globalMaxPool':
      return tf.max(x, [1, 2]);
    case 'flatten':
      return tf.reshape(x, [x.shape[0], -1]);
    case 'dense': {
      const y = kernels.addBias(tf.matMul(inputs[0] as Tensor2D, weight('kernel') as Tensor2D), weight('bias'));
      return activate(context, layer.activation, y);
    }
    case 'norm':
      return tf.add(tf.mul(x, weight('scale')), weight('offset'));
    case 'activation':
      return activate(context, layer.activation, x, layer.alpha);
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
