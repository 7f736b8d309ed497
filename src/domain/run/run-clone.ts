import { HubError } from '../../errors.js';
import type { FirstTrainedLayer, Network } from '../../network/networks.js';
import { HYPERPARAMETERS } from '../../training/hyperparameters.js';
import type { Recipe } from '../../training/recipe.js';
import { resolveFineTuneRecipe, resolveRecipe } from '../../training/recipe-resolution.js';
import type { LabelChange } from './run-label.js';
import type { RecipeOverrides } from './run-plan.js';

export interface CloneRequest extends LabelChange {
  readonly id: string;
  readonly recipe?: RecipeOverrides | null | undefined;
  /** For fine-tune runs only. */
  readonly firstTrainedLayer?: FirstTrainedLayer | null | undefined;
}

/** Fields that a fine-tune run takes from its parent. */
const INHERITED = HYPERPARAMETERS.filter(({ kinds }) => !kinds.includes('FINE_TUNE')).map(({ name }) => name);

/**
 * The recipe of a clone.
 * @param original its recipe. @param parent recipe of its parent run; null for a transfer run. @param network of both.
 * @throws BAD_INPUT naming each wrong field, its range and the received value.
 */
export function clonedRecipe(
  original: Recipe,
  parent: Recipe | null,
  { recipe, firstTrainedLayer }: Pick<CloneRequest, 'recipe' | 'firstTrainedLayer'>,
  network: Network | undefined,
): Recipe {
  const given = Object.fromEntries(Object.entries({ ...recipe }).filter(([, value]) => value !== undefined));
  if (!parent) {
    if (firstTrainedLayer == null) return resolveRecipe('standard', { ...original, ...given }, network);
    const message = `A transfer run trains only the head (received fineTuneFrom "${firstTrainedLayer}").`;
    throw new HubError('BAD_INPUT', message, { received: firstTrainedLayer });
  }
  const inherited = INHERITED.filter((field) => field in given);
  if (inherited.length > 0) {
    const message = `A fine-tune run takes these fields from its parent; they cannot be changed: ${inherited.join(', ')}.`;
    throw new HubError('BAD_INPUT', message, { fields: inherited });
  }
  const layer = firstTrainedLayer == null ? {} : { splitLayer: firstTrainedLayer };
  return resolveFineTuneRecipe(parent, { ...original, ...given, ...layer }, network);
}
