import type { Layer } from '../network/layers.js';
import type { Tensor, Weights } from '../network/tensor.js';
import { elements, f32 } from '../network/tensor.js';
import { randomStream, uniform } from '../random.js';

/**
 * Draws initial weights as Keras does: kernels uniform within +-sqrt(6 / (in + out)) (Glorot and Bengio, 2010), biases 0.
 */
export function initialWeights(layers: readonly Layer[], seed: number): Weights {
  const weights = new Map<string, Tensor>();
  for (const layer of layers) {
    if (layer.kind !== 'dense') continue;
    const shape = [layer.inFeatures, layer.units];
    const limit = Math.sqrt(6 / (layer.inFeatures + layer.units));
    const random = randomStream(seed, 'weights', layer.name);
    const kernel = new Float32Array(elements(shape)).map(() => (2 * uniform(random) - 1) * limit);
    weights.set(`${layer.name}/kernel`, f32(shape, kernel));
    weights.set(`${layer.name}/bias`, f32([layer.units]));
  }
  return weights;
}
