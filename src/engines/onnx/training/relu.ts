import type { Shape } from '../../../network/layers.js';
import { writeActivation } from '../activation.js';
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

/** A slope so steep that a clipped line is a step; a power of 2, so that it is exactly 0 at the corner at 6. */
const STEEP = 2 ** 100;

/** y = min(max(x, 0), 6). dx = dy where 0 < y < 6. */
export function relu6(shape: Shape): Operator {
  return {
    outputs: [shape],
    weights: [],
    forward({ graph }, [x]) {
      const y = writeActivation(graph, 'relu6', x as string);
      return {
        outputs: [y],
        backward([dy]) {
          const step = (alpha: number, beta: number): string =>
            graph.node('HardSigmoid', [y], { alpha: float(alpha), beta: float(beta) });
          const positive = graph.node('Mul', [dy as string, step(STEEP, 0)]);
          return { dxs: [graph.node('Mul', [positive, step(-STEEP, 6 * STEEP)])], weights: NO_WEIGHTS };
        },
      };
    },
  };
}
