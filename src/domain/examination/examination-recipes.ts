import { HubError } from '../../errors.js';
import type { Network } from '../../network/networks.js';
import { type PipelineStage, stagesOf } from '../../training/pipeline.js';
import { type Recipe, recipeSchema } from '../../training/recipe.js';

/**
 * The recipe of the networks of thorough mode: the last stage of the pipeline `quick`, without a head before it, so longer and
 * with more dropout (ADR 28).
 */
export function foldRecipe(network: Network, imageSize: number): Recipe {
  const { recipe } = stagesOf('quick', network, { imageSize }).at(-1) as PipelineStage;
  return { ...recipe, epochs: 4, dropout: 0.5, validationFraction: 0.02 };
}

/** The recipe of the features that are compared. */
export const comparedRecipe = (imageSize: number): Recipe => recipeSchema.parse({ imageSize });

/** @throws BAD_INPUT for images that a backbone cannot compute. */
export function requireLarge(backbone: string, received: number, { architecture }: Network): void {
  const { smallestImage: limit } = architecture;
  if (received >= limit) return;
  const message = `The backbone ${backbone} needs images of at least ${limit} px; ${received} was received.`;
  throw new HubError('BAD_INPUT', message, { received, limit });
}
