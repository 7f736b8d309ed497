import type { Shape } from '../../../network/layers.js';
import { NO_WEIGHTS, type Operator } from './operator.js';

/** Sum of activations of one shape: each gets the gradient of the sum. */
export function add(shape: Shape): Operator {
  return {
    outputs: [shape],
    weights: [],
    forward({ graph }, inputs) {
      const sum = inputs.length === 1 ? (inputs[0] as string) : graph.node('Sum', inputs);
      return { outputs: [sum], backward: ([dy]) => ({ dxs: inputs.map(() => dy), weights: NO_WEIGHTS }) };
    },
  };
}
