import type { Shape } from '../../../network/layers.js';
import { NO_WEIGHTS, type Operator, places, reshape } from './operator.js';

/** Maximum over all places. Places that share the maximum share its gradient, as in TensorFlow. */
export function globalMaxPool(input: Shape): Operator {
  const { channels } = input;
  const count = places(input);
  return {
    outputs: [{ height: 1, width: 1, channels }],
    weights: [],
    forward(context, [x]) {
      const { graph, batch } = context;
      const maps = reshape(context, x as string, [batch, count, channels]);
      const over = (operator: string, value: string): string =>
        graph.node(operator, [value, graph.ints([1])], { keepdims: 1 });
      const largest = over('ReduceMax', maps);
      return {
        outputs: [reshape(context, largest, [batch, channels])],
        backward([dy]) {
          const isLargest = graph.node('Cast', [graph.node('Equal', [maps, largest])], { to: 1 });
          const share = graph.node('Div', [
            reshape(context, dy as string, [batch, 1, channels]),
            over('ReduceSum', isLargest),
          ]);
          const spread = graph.node('Mul', [isLargest, share]);
          return { dxs: [reshape(context, spread, [batch * count, channels])], weights: NO_WEIGHTS };
        },
      };
    },
  };
}
