import type { Shape } from '../../../network/layers.js';
import { float } from '../graph.js';
import { NO_WEIGHTS, type Operator } from './operator.js';

/** y = max(x, 0). dx = dy where y > 0. */
export function relu(shape: Shape): Operator {
  return {
    outputs: [shape],
    weights: [],
    forward({ graph }, [x]) {
      const y = graph.node('Relu', [x as string]);
      return {
        outputs: [y],
        backward([dy]) {
          // 1 where y > 0, else 0, with the cheapest operator: a steep, clipped line.
          const positive = graph.node('HardSigmoid', [y], { alpha: float(1e30), beta: float(0) });
          return { dxs: [graph.node('Mul', [dy as string, positive])], weights: NO_WEIGHTS };
        },
      };
    },
  };
}
