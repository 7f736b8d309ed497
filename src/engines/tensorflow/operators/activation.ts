import type { Activation } from '../../../network/layers.js';
import { float, type GraphBuilder } from '../graph.js';
import { type Recorded, simple } from './operator.js';

/** Computes an activation; softmax is over channels. @param alpha as in `ActivationLayer`. */
export function activate(graph: GraphBuilder, activation: Activation, x: string, alpha = 1): Recorded {
  switch (activation) {
    case 'linear':
      return simple(x, (dy) => dy);
    case 'relu': {
      const y = graph.floats('Relu', [x]);
      return simple(y, (dy) => graph.floats('ReluGrad', [dy, y]));
    }
    case 'relu6': {
      const y = graph.floats('Relu6', [x]);
      return simple(y, (dy) => graph.floats('Relu6Grad', [dy, y]));
    }
    default:
      return simple(untrained(graph, activation, x, alpha), () => {
        throw new Error(`an activation ${activation} cannot be trained`);
      });
  }
}

/** Activations of heads that were imported, which are not trained. */
function untrained(
  graph: GraphBuilder,
  activation: Exclude<Activation, 'linear' | 'relu' | 'relu6'>,
  x: string,
  alpha: number,
): string {
  const product = (a: string, b: string): string => graph.floats('Mul', [a, b]);
  switch (activation) {
    case 'softmax':
      return graph.floats('Softmax', [x]);
    case 'sigmoid':
      return graph.floats('Sigmoid', [x]);
    case 'tanh':
      return graph.floats('Tanh', [x]);
    case 'elu': {
      const below = product(
        graph.floats('Expm1', [graph.floats('Minimum', [x, graph.scalar(0)])]),
        graph.scalar(alpha),
      );
      return graph.floats('SelectV2', [graph.floats('Greater', [x, graph.scalar(0)]), x, below]);
    }
    case 'selu':
      return graph.floats('Selu', [x]);
    case 'gelu': {
      const share = graph.floats('Erf', [product(x, graph.scalar(Math.SQRT1_2))]);
      return product(x, product(graph.floats('AddV2', [share, graph.scalar(1)]), graph.scalar(0.5)));
    }
    case 'swish':
      return product(x, graph.floats('Sigmoid', [x]));
    case 'leakyRelu':
      return graph.floats('LeakyRelu', [x], { alpha: float(alpha) });
  }
}
