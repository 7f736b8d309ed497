import type { Context } from './operator.js';

/** Names of the inputs of mixing. */
export const PARTNERS = 'partners';
export const OWN = 'own';

/**
 * Writes mixup: partner + own * (x - partner), which leaves an example that is its own partner exactly unchanged. The
 * features are an input of the graph, so no gradient is needed.
 * @param features [batch, values].
 */
export function writeMix({ graph, batch, given }: Context, features: string): string {
  const partners = graph.node('Gather', [features, given(PARTNERS, 'int64', [batch])], { axis: 0 });
  const difference = graph.node('Mul', [graph.node('Sub', [features, partners]), given(OWN, 'float32', [])]);
  return graph.node('Add', [partners, difference]);
}
