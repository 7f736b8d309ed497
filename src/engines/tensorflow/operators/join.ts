import type { ConcatLayer } from '../../../network/layers.js';
import { type Context, NO_WEIGHTS, type Recorded } from './operator.js';

/** Concatenation over channels. */
export function concat(context: Context, layer: ConcatLayer, inputs: readonly string[]): Recorded {
  const { graph } = context;
  const axis = graph.int(3);
  const channels = layer.inputs.map((name) => context.shapeOf(name).channels);
  return {
    output: graph.floats('ConcatV2', [...inputs, axis], { N: inputs.length }),
    backward(dy) {
      const split = graph.floats('SplitV', [dy, graph.ints(...channels), axis], {
        num_split: inputs.length,
        Tlen: { type: 'int32' },
      });
      return { dxs: channels.map((_, i) => (i === 0 ? split : `${split}:${i}`)), weights: NO_WEIGHTS };
    },
  };
}

/** Sum of maps of one shape. */
export function add({ graph }: Context, inputs: readonly string[]): Recorded {
  return {
    output: inputs.length === 1 ? (inputs[0] as string) : graph.floats('AddN', inputs, { N: inputs.length }),
    backward: (dy) => ({ dxs: inputs.map(() => dy), weights: NO_WEIGHTS }),
  };
}
