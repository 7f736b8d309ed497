import type { Shape } from '../../../network/layers.js';
import { NO_WEIGHTS, type Operator } from './operator.js';

/**
 * Dropout: y = x * mask in training, else y = x. The mask is an input, so that the same seed drops the same units on every
 * engine.
 */
export function dropout(layer: string, shape: Shape): Operator {
  return {
    outputs: [shape],
    weights: [],
    forward({ graph, batch, training, given }, [x]) {
      if (!training) return { outputs: [x as string], backward: (dys) => ({ dxs: dys, weights: NO_WEIGHTS }) };
      const mask = given(maskInput(layer), 'float32', [batch, shape.channels]);
      return {
        outputs: [graph.node('Mul', [x as string, mask])],
        backward: ([dy]) => ({ dxs: [graph.node('Mul', [dy as string, mask])], weights: NO_WEIGHTS }),
      };
    },
  };
}

/** Name of the mask of a dropout layer. */
export function maskInput(layer: string): string {
  return `mask:${layer}`;
}
