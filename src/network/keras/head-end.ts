import type { HeadBuilder } from '../head-builder.js';
import type { Layer } from '../layers.js';
import { f32, type Tensor } from '../tensor.js';
import { nameOf, type ReadLayer, refuseModel } from './description.js';

/**
 * Makes a head end in a softmax over two classes or more. One sigmoid unit s(z) becomes the softmax of 0 and z, which is
 * 1 - s(z) and s(z): a dense layer with a constant kernel. Logits get the softmax that they leave to the reader.
 * @param given gets weights that the file does not have. @param last the last layer of the file.
 * @returns assumptions that the file does not confirm.
 * @throws WEIGHTS_REFUSED when the head ends in something else.
 */
export function endHead(head: HeadBuilder, given: Map<string, Tensor>, last: ReadLayer | undefined): string[] {
  while (head.last?.kind === 'dropout') head.removeLast();
  const end = head.last;
  if (!last || !end || !head.layers.some(({ kind }) => kind === 'dense')) {
    throw refuseModel(
      `after the base it has ${last ? nameOf(last) : 'nothing'}; a head needs a Dense layer for the classes`,
    );
  }
  const { channels: outputs } = head.shape;
  const activation = end.kind === 'dense' || end.kind === 'activation' ? end.activation : 'linear';
  const isLogits = activation === 'linear';
  const name = nameOf(last);
  if (activation === 'softmax' && outputs > 1) return [];
  if (isLogits && outputs > 1) {
    if (end.kind === 'dense') head.replaceLast({ ...end, activation: 'softmax' });
    else head.add({ kind: 'activation', activation: 'softmax' });
    return [`${name} gives logits: softmax was taken for their probabilities.`];
  }
  if (outputs === 1 && (isLogits || activation === 'sigmoid')) {
    dropSigmoid(head, end);
    const split = head.add({ kind: 'dense', inFeatures: 1, units: 2, activation: 'softmax' });
    given.set(`${split}/kernel`, f32([1, 2], Float32Array.of(0, 1))).set(`${split}/bias`, f32([2]));
    const what = isLogits ? 'gives one logit: its sigmoid was taken for' : 'is';
    return [`${name} ${what} the probability of the second label, as Keras numbers two classes.`];
  }
  const got = `${outputs} ${outputs === 1 ? 'output' : 'outputs'} with ${activation}`;
  throw refuseModel(`${name} gives ${got}; a model must end in softmax, one sigmoid unit, or logits`);
}

function dropSigmoid(head: HeadBuilder, end: Layer): void {
  if (end.kind === 'activation') head.removeLast();
  else if (end.kind === 'dense') head.replaceLast({ ...end, activation: 'linear' });
}
