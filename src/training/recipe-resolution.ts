import { HubError } from '../errors.js';
import {
  DEFAULT_NETWORK,
  type FirstTrainedLayer,
  featureShape,
  fineTuneFrom,
  firstTrainedLayersOf,
  type Network,
  networkName,
} from '../network/networks.js';
import { inWords, problemsOf } from '../problems.js';
import { FINE_TUNE_DEFAULTS, PRESETS, type PresetName } from './presets.js';
import { firstTrainedLayerOf, type Recipe, type RecipeInput, recipeSchema } from './recipe.js';

/**
 * Fills in preset and defaults. @param network that trains; the default architecture's without it.
 * @throws BAD_INPUT naming each invalid field, its range and the received value.
 */
export function resolveRecipe(
  preset: PresetName,
  overrides: Readonly<Record<string, unknown>>,
  network: Network = DEFAULT_NETWORK,
): Recipe {
  return checkImageSize(resolveOver(PRESETS[preset], overrides), network);
}

/**
 * The recipe of a run that continues from its parent: the parent's recipe, overridden by the fine-tuning defaults and then
 * by the given values. The head is the parent's and cannot be given.
 * @param network of the parent.
 * @throws BAD_INPUT when the first trained layer is none of the network's blocks, or lies after the parent's.
 */
export function resolveFineTuneRecipe(
  parent: Recipe,
  overrides: Readonly<Record<string, unknown>>,
  network: Network = DEFAULT_NETWORK,
): Recipe {
  const defaults = { ...FINE_TUNE_DEFAULTS, splitLayer: fineTuneFrom(network, 'late') };
  const recipe = checkImageSize(resolveOver({ ...parent, ...defaults }, overrides), network);
  const layers = firstTrainedLayersOf(network);
  const place = (of: FirstTrainedLayer): number => layers.indexOf(of);
  const [layer, parentLayer] = [firstTrainedLayerOf(recipe), firstTrainedLayerOf(parent)];
  if (place(layer) < 0 || layer === layers.at(-1)) {
    const message = `Fine-tuning ${networkName(network)} starts after one of its blocks, ${layers[0]} to ${layers.at(-2)} (received "${layer}").`;
    throw new HubError('BAD_INPUT', message, { received: layer });
  }
  if (place(layer) > place(parentLayer)) {
    const message = `The parent run trained everything after ${parentLayer}; a fine-tune run cannot freeze part of that again (received "${layer}").`;
    throw new HubError('BAD_INPUT', message, { parent: parentLayer, received: layer });
  }
  return checkMaps(recipe, network);
}

/** Side in places of the smallest maps that can be cut. */
const SMALLEST_CUT = 3;

/** @throws BAD_INPUT when the maps at the first trained layer are too small for what is cut out of them. */
function checkMaps(recipe: Recipe, network: Network): Recipe {
  const layer = firstTrainedLayerOf(recipe);
  const { height } = featureShape(networkName(network), recipe.imageSize, layer);
  if (height >= SMALLEST_CUT) return recipe;
  const problems = (['cutmix', 'cutout'] as const)
    .filter((name) => recipe[name] > 0)
    .map(
      (name) =>
        `${name}: needs maps of ${SMALLEST_CUT} x ${SMALLEST_CUT} or more at the first trained layer, and after ${layer} they are ${height} x ${height} for images of ${recipe.imageSize} pixels: train from an earlier layer, or on larger images (received ${recipe[name]})`,
    );
  if (problems.length > 0) throw refuseRecipe(problems);
  return recipe;
}

/** @throws BAD_INPUT for images that the network cannot compute. */
function checkImageSize(recipe: Recipe, { architecture: { name, smallestImage } }: Network): Recipe {
  if (recipe.imageSize >= smallestImage) return recipe;
  const problem = `imageSize: must be ${smallestImage} or more for ${name} (received ${recipe.imageSize})`;
  throw refuseRecipe([problem]);
}

function resolveOver(base: RecipeInput, overrides: Readonly<Record<string, unknown>>): Recipe {
  const given = Object.fromEntries(Object.entries(overrides).filter(([, value]) => value !== undefined));
  const result = recipeSchema.safeParse({ ...base, ...given }, { error: inWords });
  if (result.success) return result.data;
  throw refuseRecipe(problemsOf(result.error, given));
}

function refuseRecipe(problems: readonly string[]): HubError {
  return new HubError('BAD_INPUT', `The recipe cannot be used: ${problems.join('; ')}.`, { problems });
}
