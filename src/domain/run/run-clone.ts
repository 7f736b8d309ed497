import { HubError } from '../../errors.js';
import { HYPERPARAMETERS } from '../../training/hyperparameters.js';
import type { Recipe } from '../../training/recipe.js';
import { resolveFineTuneRecipe, resolveRecipe } from '../../training/recipe-resolution.js';

/** What a fine-tune run has from its parent. */
const INHERITED = HYPERPARAMETERS.filter(({ kinds }) => !kinds.includes('FINE_TUNE')).map(({ name }) => name);

/**
 * The recipe of a clone.
 * @param recipe of the original. @param parent recipe of its parent run; null for a transfer run.
 * @throws BAD_INPUT naming each wrong field, its range and the received value.
 */
export function changedRecipe(
  recipe: Recipe,
  parent: Recipe | null,
  changes: Readonly<Record<string, unknown>>,
): Recipe {
  const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
  const changed = { ...recipe, ...given };
  if (parent) {
    const inherited = INHERITED.filter((field) => field in given);
    if (inherited.length === 0) return resolveFineTuneRecipe(parent, changed);
    const message = `A fine-tune run has from its parent what cannot be changed here: ${inherited.join(', ')}.`;
    throw new HubError('BAD_INPUT', message, { fields: inherited });
  }
  if (!('splitLayer' in given)) return resolveRecipe('standard', changed);
  const message = `A transfer run trains the head alone (received fineTuneFrom "${given.splitLayer}").`;
  throw new HubError('BAD_INPUT', message, { received: given.splitLayer });
}
