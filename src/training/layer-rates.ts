import { type Layer, POOLED } from '../network/layers.js';
import { FIRST_TRAINED_LAYERS } from '../network/networks.js';

/**
 * The learning rate of each weight as a share of the full rate: `layerDecay` to the power of the number of blocks of the
 * network between the weight and the head, its own included (Howard and Ruder, "ULMFiT", 2018, by block; Clark et al., "ELECTRA",
 * 2020).
 * @param layers in the order of computation. @returns shares by weight name.
 */
export function layerRates(layers: readonly Layer[], layerDecay: number): ReadonlyMap<string, number> {
  const rates = new Map<string, number>();
  let rate = 1;
  for (const { name } of layers.toReversed()) {
    if (BLOCKS.has(name)) rate *= layerDecay;
    for (const weight of ['kernel', 'bias']) rates.set(`${name}/${weight}`, rate);
  }
  return rates;
}

const BLOCKS: ReadonlySet<string> = new Set(FIRST_TRAINED_LAYERS.filter((name) => name !== POOLED));
