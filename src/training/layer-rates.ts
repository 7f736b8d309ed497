import { FIRST_TRAINED_LAYERS } from '../network/inception-v3.js';
import type { Layer } from '../network/layers.js';

/**
 * The share of the learning rate that each weight takes: layerDecay to the power of the inception blocks that it passes
 * on its way to the head, its own one included (Howard and Ruder, "ULMFiT", 2018, by block; Clark et al., "ELECTRA",
 * 2020).
 * @param layers in the order in which they compute. @returns by weight.
 */
export function layerRates(layers: readonly Layer[], layerDecay: number): ReadonlyMap<string, number> {
  const rates = new Map<string, number>();
  let rate = 1;
  for (const { kind, name } of layers.toReversed()) {
    if (kind === 'concat' && BLOCKS.has(name)) rate *= layerDecay;
    for (const weight of ['kernel', 'bias']) rates.set(`${name}/${weight}`, rate);
  }
  return rates;
}

const BLOCKS: ReadonlySet<string> = new Set(FIRST_TRAINED_LAYERS);
