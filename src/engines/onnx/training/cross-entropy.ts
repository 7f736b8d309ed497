import type { GraphBuilder } from '../graph.js';

/**
 * Softmax and categorical cross-entropy: loss = sum over rows of weight * -log p[label].
 * Row weights are 1 / count for real rows and 0 for the padding of a last, smaller batch, which makes the sum the mean.
 * @param onehot rows x classes. @param rowWeights rows x 1.
 * @returns the loss, the probabilities, and the gradient by the logits: (p - onehot) * weight.
 */
export function writeCrossEntropy(
  graph: GraphBuilder,
  logits: string,
  onehot: string,
  rowWeights: string,
): { loss: string; probabilities: string; dlogits: string } {
  const logProbabilities = graph.node('LogSoftmax', [logits], { axis: 1 });
  const probabilities = graph.node('Exp', [logProbabilities]);
  const weighted = graph.node('Mul', [onehot, rowWeights]);
  const picked = graph.node('Mul', [logProbabilities, weighted]);
  const loss = graph.node('Neg', [graph.node('ReduceSum', [picked], { keepdims: 0 })]);
  const dlogits = graph.node('Mul', [graph.node('Sub', [probabilities, onehot]), rowWeights]);
  return { loss, probabilities, dlogits };
}
