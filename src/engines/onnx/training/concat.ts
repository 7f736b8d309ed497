import type { Shape } from '../../../network/layers.js';
import { NO_WEIGHTS, type Operator } from './operator.js';

/** Concatenates activations over channels. */
export function concat(inputs: readonly Shape[]): Operator {
  const channels = inputs.map((shape) => shape.channels);
  const sum = channels.reduce((a, b) => a + b, 0);
  return {
    outputs: [{ ...(inputs[0] as Shape), channels: sum }],
    weights: [],
    forward: ({ graph }, xs) => ({
      outputs: [graph.node('Concat', xs, { axis: 1 })],
      backward: ([dy]) => ({
        dxs: graph.nodes('Split', [dy as string, graph.ints(channels)], channels.length, { axis: 1 }),
        weights: NO_WEIGHTS,
      }),
    }),
  };
}
