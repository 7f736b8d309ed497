import type { DropoutLayer } from '../../../network/layers.js';
import type { Rule } from './rule.js';

/** y = x * mask. The mask comes from outside, so that the same seed drops the same units on every engine. */
export const dropoutRule: Rule<DropoutLayer> = {
  forward({ graph, batchSize }, layer, x) {
    const mask = graph.input(maskInput(layer.name), 'float32', [batchSize, 'units']);
    return {
      y: graph.node('Mul', [x, mask]),
      backward: (dy, needsInput) => ({
        gradients: new Map(),
        ...(needsInput ? { dx: graph.node('Mul', [dy, mask]) } : {}),
      }),
    };
  },
};

export function maskInput(layer: string): string {
  return `mask:${layer}`;
}
