import { type Activation, SELU } from '../../network/layers.js';
import { float, type GraphBuilder } from './graph.js';

/** Writes an activation; softmax is over channels. @param x rows, or maps in NCHW. @param alpha as in `ActivationLayer`. */
export function writeActivation(graph: GraphBuilder, activation: Activation, x: string, alpha = 1): string {
  switch (activation) {
    case 'linear':
      return x;
    case 'relu':
      return graph.node('Relu', [x]);
    case 'relu6':
      return graph.node('Clip', [x, graph.scalar(0), graph.scalar(6)]);
    case 'softmax':
      return graph.node('Softmax', [x], { axis: 1 });
    case 'sigmoid':
      return graph.node('Sigmoid', [x]);
    case 'tanh':
      return graph.node('Tanh', [x]);
    case 'elu':
      return graph.node('Elu', [x], { alpha: float(alpha) });
    case 'selu':
      return graph.node('Selu', [x], { alpha: float(SELU.alpha), gamma: float(SELU.scale) });
    case 'gelu':
      return graph.node('Mul', [x, writeNormalShare(graph, x)]);
    case 'swish':
      return graph.node('Mul', [x, graph.node('Sigmoid', [x])]);
    case 'leakyRelu':
      return graph.node('LeakyRelu', [x], { alpha: float(alpha) });
  }
}

/** Writes the share of a normal distribution below x: (1 + erf(x / √2)) / 2. */
export function writeNormalShare(graph: GraphBuilder, x: string): string {
  const erf = graph.node('Erf', [graph.node('Mul', [x, graph.scalar(Math.SQRT1_2)])]);
  return graph.node('Mul', [graph.node('Add', [erf, graph.scalar(1)]), graph.scalar(0.5)]);
}
