import type { GraphBuilder } from '../graph.js';

/**
 * Writes softmax and categorical cross-entropy: loss = sum over rows of weight * -sum over classes of target * log p.
 * Row weights are 1 / count for real rows, times the weight of the example if it has one, and 0 for the padding of a smaller
 * batch, so the sum is the mean.
 * @param targets rows x classes, each row sums to 1. @param rowWeights rows x 1.
 * @returns the loss, the probabilities, and the gradient with respect to the logits: (p - target) * weight.
 */
export function writeCrossEntropy(
  graph: GraphBuilder,
  logits: string,
  targets: string,
  rowWeights: string,
): { loss: string; probabilities: string; dlogits: string } {
  const logProbabilities = graph.node('LogSoftmax', [logits], { axis: 1 });
  const probabilities = graph.node('Exp', [logProbabilities]);
  const weighted = graph.node('Mul', [targets, rowWeights]);
  const picked = graph.node('Mul', [logProbabilities, weighted]);
  const loss = graph.node('Neg', [graph.node('ReduceSum', [picked], { keepdims: 0 })]);
  const dlogits = graph.node('Mul', [graph.node('Sub', [probabilities, targets]), rowWeights]);
  return { loss, probabilities, dlogits };
}
