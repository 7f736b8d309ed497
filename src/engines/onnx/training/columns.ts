import type { Shape } from '../../../network/layers.js';
import { NO_WEIGHTS, type Operator, places, reshape } from './operator.js';

/**
 * Turns rows into columns, [channels, batch * height * width], or columns into rows. On columns depthwise convolutions need no
 * transposition; other operators have rows.
 */
export function turn(shape: Shape): Operator {
  return {
    outputs: [shape],
    weights: [],
    forward({ graph }, [x]) {
      const turned = (value: string): string => graph.node('Transpose', [value], { perm: [1, 0] });
      return {
        outputs: [turned(x as string)],
        backward: ([dy]) => ({ dxs: [turned(dy as string)], weights: NO_WEIGHTS }),
      };
    },
  };
}

/** Mean over all places of columns, as rows: y = sum x / (h w); each place gets the gradient dy / (h w). */
export function columnsAveragePool(input: Shape): Operator {
  const { channels } = input;
  const count = places(input);
  const share = new Float32Array(count).fill(1 / count);
  return {
    outputs: [{ height: 1, width: 1, channels }],
    weights: [],
    forward(context, [x]) {
      const { graph, batch } = context;
      const maps = reshape(context, x as string, [channels * batch, count]);
      const mean = graph.node('MatMul', [maps, graph.constant(share, [count, 1])]);
      return {
        outputs: [graph.node('Transpose', [reshape(context, mean, [channels, batch])], { perm: [1, 0] })],
        backward([dy]) {
          const turned = reshape(context, graph.node('Transpose', [dy as string], { perm: [1, 0] }), [
            channels * batch,
            1,
          ]);
          const all = graph.node('Mul', [turned, graph.constant(share, [1, count])]);
          return { dxs: [reshape(context, all, [channels, batch * count])], weights: NO_WEIGHTS };
        },
      };
    },
  };
}
