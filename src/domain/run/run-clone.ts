import { HubError } from '../../errors.js';
import { HYPERPARAMETERS } from '../../training/hyperparameters.js';
import { type Recipe, type RunKind, recipeSchema } from '../../training/recipe.js';
import { resolveFineTuneRecipe, resolveRecipe } from '../../training/recipe-resolution.js';

/** What a fine-tune run has from its parent. */
const INHERITED = HYPERPARAMETERS.filter(({ kinds }) => !kinds.includes('FINE_TUNE')).map(({ name }) => name);

/**
 * The recipe of a run with changes.
 * @param parent recipe of the run's parent. @throws BAD_INPUT naming each wrong field, its range and what was received.
 */
export function changedRecipe(
  run: { readonly kind: RunKind; readonly recipe: unknown },
  parent: unknown,
  changes: Readonly<Record<string, unknown>>,
): Recipe {
  const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
  const changed = { ...recipeSchema.parse(run.recipe), ...given };
  if (run.kind === 'FINE_TUNE') {
    const inherited = INHERITED.filter((field) => field in given);
    if (inherited.length === 0) return resolveFineTuneRecipe(recipeSchema.parse(parent), changed);
    const message = `A fine-tune run has from its parent what cannot be changed here: ${inherited.join(', ')}.`;
    throw new HubError('BAD_INPUT', message, { fields: inherited });
  }
  if (!('splitLayer' in given)) return resolveRecipe('standard', changed);
  const message = `A transfer run trains the head alone (received fineTuneFrom "${given.splitLayer}").`;
  throw new HubError('BAD_INPUT', message, { received: given.splitLayer });
}
