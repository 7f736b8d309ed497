import type { NormLayer } from './layers.js';
import type { Weights } from './tensor.js';

/** Names of a normalization's variables, in Keras's order. */
export const NORM_VARIABLES = ['gamma', 'beta', 'moving_mean', 'moving_variance'] as const;

/** A normalization's variables, in that order. @throws Error when one is missing. */
export function normValues({ name }: NormLayer, weights: Weights): Float32Array[] {
  return NORM_VARIABLES.map((variable) => {
    const tensor = weights.get(`${name}/${variable}`);
    if (tensor?.type !== 'F32') throw new Error(`${name}/${variable} is missing`);
    return tensor.data;
  });
}

/** Batch normalization in inference mode as y = x * scale + offset, by channel. */
export function foldNorm(layer: NormLayer, weights: Weights): { scale: Float32Array; offset: Float32Array } {
  const [gamma, beta, mean, variance] = normValues(layer, weights) as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const factors = Array.from(gamma, (value, c) => value / Math.sqrt(variance[c]! + layer.epsilon));
  return {
    scale: Float32Array.from(factors),
    offset: Float32Array.from(factors, (factor, c) => beta[c]! - mean[c]! * factor),
  };
}
