import { type Activation, type ActivationLayer, SELU, type Shape } from '../../../network/layers.js';
import { writeActivation, writeNormalShare } from '../activation.js';
import type { GraphBuilder } from '../graph.js';
import { NO_WEIGHTS, type Operator } from './operator.js';
import { relu, relu6 } from './relu.js';

/** A function of each value, or a softmax over channels. */
export function activate(
  { activation, alpha = 1 }: { readonly activation: Activation; readonly alpha?: number | undefined },
  shape: Shape,
): Operator {
  if (activation === 'relu') return relu(shape);
  if (activation === 'relu6') return relu6(shape);
  return {
    outputs: [shape],
    weights: [],
    forward({ graph }, [given]) {
      const x = given as string;
      const y = writeActivation(graph, activation, x, alpha);
      const slope = (): string => writeSlope(graph, { activation, alpha, x, y });
      return {
        outputs: [y],
        backward([dy]) {
          const dx = activation === 'softmax' ? softmaxGradient(graph, y, dy as string) : undefined;
          return { dxs: [dx ?? graph.node('Mul', [dy as string, slope()])], weights: NO_WEIGHTS };
        },
      };
    },
  };
}

/** dx = y (dy - sum of dy y over channels). */
function softmaxGradient(graph: GraphBuilder, y: string, dy: string): string {
  const sum = graph.node('ReduceSum', [graph.node('Mul', [dy, y]), graph.ints([1])], { keepdims: 1 });
  return graph.node('Mul', [y, graph.node('Sub', [dy, sum])]);
}

interface Activated extends Required<Pick<ActivationLayer, 'activation'>> {
  readonly alpha: number;
  readonly x: string;
  readonly y: string;
}

/** Writes the derivative of an activation y of x. */
function writeSlope(graph: GraphBuilder, { activation, alpha, x, y }: Activated): string {
  const product = (a: string, b: string): string => graph.node('Mul', [a, b]);
  const oneLess = (value: string): string => graph.node('Sub', [graph.scalar(1), value]);
  const byPart = (above: number, below: string): string =>
    graph.node('Where', [graph.node('Greater', [x, graph.scalar(0)]), graph.scalar(above), below]);
  switch (activation) {
    case 'sigmoid':
      return product(y, oneLess(y));
    case 'tanh':
      return oneLess(product(y, y));
    case 'elu':
      return byPart(1, graph.node('Add', [y, graph.scalar(alpha)]));
    case 'selu':
      return byPart(SELU.scale, graph.node('Add', [y, graph.scalar(SELU.scale * SELU.alpha)]));
    case 'leakyRelu':
      return byPart(1, graph.scalar(alpha));
    case 'gelu': {
      const square = product(product(x, x), graph.scalar(-0.5));
      const density = product(graph.node('Exp', [square]), graph.scalar(1 / Math.sqrt(2 * Math.PI)));
      return graph.node('Add', [writeNormalShare(graph, x), product(x, density)]);
    }
    case 'swish': {
      const share = graph.node('Sigmoid', [x]);
      return graph.node('Add', [share, product(y, oneLess(share))]);
    }
    default:
      return graph.scalar(1); // linear
  }
}
