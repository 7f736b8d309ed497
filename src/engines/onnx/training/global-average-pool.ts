import type { Shape } from '../../../network/layers.js';
import { NO_WEIGHTS, type Operator, places, reshape } from './operator.js';

/** Mean over all places: y = sum x / (h w); each place gets the gradient dy / (h w). */
export function globalAveragePool(input: Shape): Operator {
  const { channels } = input;
  const count = places(input);
  return {
    outputs: [{ height: 1, width: 1, channels }],
    weights: [],
    forward(context, [x]) {
      const { graph, batch } = context;
      if (count === 1) return { outputs: [x as string], backward: (dys) => ({ dxs: dys, weights: NO_WEIGHTS }) };
      const share = new Float32Array(count).fill(1 / count);
      const maps = reshape(context, x as string, [batch, count, channels]);
      const mean = graph.node('MatMul', [graph.constant(share, [1, count]), maps]);
      return {
        outputs: [reshape(context, mean, [batch, channels])],
        backward([dy]) {
          const spread = reshape(context, dy as string, [batch, 1, channels]);
          const all = graph.node('Mul', [spread, graph.constant(share, [count, 1])]);
          return { dxs: [reshape(context, all, [batch * count, channels])], weights: NO_WEIGHTS };
        },
      };
    },
  };
}
