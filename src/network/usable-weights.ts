import { HubError } from '../errors.js';
import type { Weights } from './tensor.js';

/** Refuses answers or features of a network that are not finite. @throws WEIGHTS_REFUSED. */
export function requireFiniteAnswers(values: Float32Array): void {
  if (values.every(Number.isFinite)) return;
  const message = 'The model answers images with values that are not numbers: its weights are too large.';
  throw new HubError('WEIGHTS_REFUSED', message);
}

/**
 * Refuses weights with which no network can compute: values that are not finite, and negative variances, whose square root
 * the network takes. For files from elsewhere; the hub's own are checked while they are trained.
 * @throws WEIGHTS_REFUSED, naming the tensor and the value.
 */
export function requireUsable(weights: Weights): void {
  for (const [name, { type, data }] of weights) {
    if (type === 'I8') continue;
    const least = name.endsWith('/moving_variance') ? 0 : Number.NEGATIVE_INFINITY;
    const at = data.findIndex((value) => !Number.isFinite(value) || value < least);
    if (at < 0) continue;
    const needed = least === 0 ? 'a finite number that is not negative' : 'a finite number';
    const message = `These weights cannot be used: value ${at} of ${name} is ${data[at]} where ${needed} is needed.`;
    throw new HubError('WEIGHTS_REFUSED', `${message} Save the model again from a training that did not diverge.`);
  }
}
