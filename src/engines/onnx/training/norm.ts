import type { Shape } from '../../../network/layers.js';
import type { foldNorm } from '../../../network/norm.js';
import { NO_WEIGHTS, type Operator } from './operator.js';

/** Batch normalization with fixed statistics: y = x * scale + offset, by channel. dx = dy * scale. */
export function norm({ scale, offset }: ReturnType<typeof foldNorm>, shape: Shape): Operator {
  return {
    outputs: [shape],
    weights: [],
    forward({ graph }, [x]) {
      const factors = graph.constant(scale, [shape.channels]);
      const scaled = graph.node('Mul', [x as string, factors]);
      return {
        outputs: [graph.node('Add', [scaled, graph.constant(offset, [shape.channels])])],
        backward: ([dy]) => ({ dxs: [graph.node('Mul', [dy as string, factors])], weights: NO_WEIGHTS }),
      };
    },
  };
}
