import type { TrainerSpec } from '../engines/engine.js';
import type { Layer } from '../network/layers.js';
import { layerRates } from './layer-rates.js';
import type { Recipe } from './recipe.js';

/** The optimizer settings of a recipe that hold for every step. */
export function optimizerOf(
  { weightDecay, layerDecay, mixup }: Recipe,
  layers: readonly Layer[],
): Pick<TrainerSpec, 'weightDecay' | 'rates' | 'mixes'> {
  return { weightDecay, rates: layerRates(layers, layerDecay), mixes: mixup > 0 };
}
