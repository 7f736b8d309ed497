import { HubError } from '../errors.js';
import { FIRST_TRAINED_LAYERS, type FirstTrainedLayer } from '../network/inception-v3.js';
import { inWords, problemsOf } from '../problems.js';
import { FINE_TUNE_DEFAULTS, PRESETS, type PresetName } from './presets.js';
import { firstTrainedLayerOf, type Recipe, type RecipeInput, recipeSchema } from './recipe.js';

/** Fills in preset and defaults. @throws BAD_INPUT naming each invalid field, its range and the received value. */
export function resolveRecipe(preset: PresetName, overrides: Readonly<Record<string, unknown>>): Recipe {
  return resolveOver(PRESETS[preset], overrides);
}

/**
 * The recipe of a run that continues from its parent: the parent's recipe, overridden by the fine-tuning defaults and then
 * by the given values. Image size and head are the parent's and cannot be given.
 * @throws BAD_INPUT when the first trained layer is `avg_pool`, or lies after the parent's.
 */
export function resolveFineTuneRecipe(parent: Recipe, overrides: Readonly<Record<string, unknown>>): Recipe {
  const recipe = resolveOver({ ...parent, ...FINE_TUNE_DEFAULTS }, overrides);
  const place = (layer: FirstTrainedLayer): number => FIRST_TRAINED_LAYERS.indexOf(layer);
  const [layer, parentLayer] = [firstTrainedLayerOf(recipe), firstTrainedLayerOf(parent)];
  if (layer === 'avg_pool') {
    throw new HubError('BAD_INPUT', 'Fine-tuning starts after one of mixed0 to mixed10 (received "avg_pool").');
  }
  if (place(layer) > place(parentLayer)) {
    const message = `The parent run trained everything after ${parentLayer}; a fine-tune run cannot freeze part of that again (received "${layer}").`;
    throw new HubError('BAD_INPUT', message, { parent: parentLayer, received: layer });
  }
  return recipe;
}

function resolveOver(base: RecipeInput, overrides: Readonly<Record<string, unknown>>): Recipe {
  const given = Object.fromEntries(Object.entries(overrides).filter(([, value]) => value !== undefined));
  const result = recipeSchema.safeParse({ ...base, ...given }, { error: inWords });
  if (result.success) return result.data;
  const problems = problemsOf(result.error, given);
  throw new HubError('BAD_INPUT', `The recipe cannot be used: ${problems.join('; ')}.`, { problems });
}
