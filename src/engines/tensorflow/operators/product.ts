import type { GraphBuilder } from '../graph.js';
import type { Recorded } from './operator.js';

/** A matrix product x·w of rows. @param name of the weight w, [in, out]. @param shape of the weight itself, if it differs. */
export function product(
  graph: GraphBuilder,
  [x, w]: readonly [string, string],
  name: string,
  shape?: readonly number[],
): Recorded {
  return {
    output: graph.floats('MatMul', [x, w]),
    backward(dy, [needed]) {
      const dw = graph.floats('MatMul', [x, dy], { transpose_a: true });
      return {
        dxs: [needed ? graph.floats('MatMul', [dy, w], { transpose_b: true }) : undefined],
        weights: new Map([[name, shape ? graph.floats('Reshape', [dw, graph.ints(...shape)]) : dw]]),
      };
    },
  };
}
