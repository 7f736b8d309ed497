import type { Context } from './operator.js';

/** Names of what mixing is given. */
export const PARTNERS = 'partners';
export const OWN = 'own';

/**
 * Mixes every example with its partner: partner + own * (x - partner), which leaves one that is its own partner exactly
 * as it is. What is mixed comes from outside, so there is no way back through it.
 * @param features [batch, values].
 */
export function writeMix({ graph, batch, given }: Context, features: string): string {
  const partners = graph.node('Gather', [features, given(PARTNERS, 'int64', [batch])], { axis: 0 });
  const difference = graph.node('Mul', [graph.node('Sub', [features, partners]), given(OWN, 'float32', [])]);
  return graph.node('Add', [partners, difference]);
}
