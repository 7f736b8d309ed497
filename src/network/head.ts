import { HubError } from '../errors.js';
import type { Layer } from './layers.js';
import type { Weights } from './tensor.js';

/** Sizes of the head. The defaults are the seed experiment's. */
export interface HeadShape {
  readonly classes: number;
  /** Units of the hidden layer. */
  readonly hidden: number;
  /** Share of hidden units dropped in training. */
  readonly dropout: number;
}

/** The head on the pooled features: dense + ReLU, dropout, dense + softmax. */
export function head(inFeatures: number, shape: HeadShape): readonly Layer[] {
  return [
    { kind: 'dense', name: 'dense', inputs: ['avg_pool'], inFeatures, units: shape.hidden, activation: 'relu' },
    { kind: 'dropout', name: 'dropout', inputs: ['dense'], rate: shape.dropout },
    {
      kind: 'dense',
      name: 'predictions',
      inputs: ['dropout'],
      inFeatures: shape.hidden,
      units: shape.classes,
      activation: 'softmax',
    },
  ];
}

/** The head of a set of weights, with dropout 0. @throws WEIGHTS_REFUSED when the sizes of its kernels do not fit. */
export function headOf(weights: Weights): readonly Layer[] {
  const hidden = weights.get('dense/kernel')?.shape;
  const predictions = weights.get('predictions/kernel')?.shape;
  if (hidden?.length !== 2 || predictions?.length !== 2 || hidden[1] !== predictions[0]) {
    throw new HubError(
      'WEIGHTS_REFUSED',
      'These are not the weights of a head: dense and predictions do not fit together.',
    );
  }
  return head(hidden[0] as number, { classes: predictions[1] as number, hidden: hidden[1] as number, dropout: 0 });
}
