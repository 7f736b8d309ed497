import { HubError } from '../../errors.js';
import { FIRST_TRAINED_LAYERS, type FirstTrainedLayer, lastBlockIn } from '../../network/inception-v3.js';
import type { PrismaClient } from '../../storage/database.js';
import { checkClassWeights } from '../../training/class-weights.js';
import type { PresetName } from '../../training/presets.js';
import type { Recipe, RunKind } from '../../training/recipe.js';
import { resolveFineTuneRecipe, resolveRecipe } from '../../training/recipe-resolution.js';
import { classesOf } from '../dataset/dataset-row.js';
import { notFound } from '../not-found.js';
import { recipeOf } from './run-row.js';

/** Recipe fields that a caller sets; undefined leaves a field as it is. */
export type RecipeOverrides = { readonly [F in keyof Recipe]?: Recipe[F] | undefined };

export interface TransferRequest {
  readonly datasetVersionId: string;
  /** Name of the backbone. */
  readonly backbone: string;
  readonly preset: PresetName;
  readonly recipe?: RecipeOverrides | null;
}

export interface FineTuneRequest {
  readonly parentRunId: string;
  readonly firstTrainedLayer: FirstTrainedLayer;
  readonly recipe: RecipeOverrides;
}

/** A new run, checked and complete. */
export interface RunPlan {
  readonly kind: RunKind;
  readonly datasetVersionId: string;
  readonly backboneName: string;
  readonly parentRunId: string | null;
  readonly recipe: Recipe;
}

/** @throws BAD_INPUT for the recipe, or NOT_FOUND. */
export async function planTransfer(prisma: PrismaClient, request: TransferRequest): Promise<RunPlan> {
  const { datasetVersionId, backbone: backboneName } = request;
  const recipe = resolveRecipe(request.preset, { ...request.recipe });
  await checkClasses(prisma, datasetVersionId, [recipe]);
  return { kind: 'TRANSFER', datasetVersionId, backboneName, parentRunId: null, recipe };
}

/** @throws NOT_FOUND or CONFLICT for the parent, or BAD_INPUT for the recipe. */
export async function planFineTune(prisma: PrismaClient, request: FineTuneRequest): Promise<RunPlan> {
  const { parentRunId, firstTrainedLayer, recipe: overrides } = request;
  const parent = await prisma.run.findUnique({ where: { id: parentRunId } });
  if (!parent) throw notFound('run', parentRunId);
  if (parent.state !== 'SUCCEEDED' || !parent.weightsBlob) {
    const message = `The parent run is ${parent.state}. Fine-tune a run that has succeeded.`;
    throw new HubError('CONFLICT', message, { id: parentRunId, state: parent.state });
  }
  const recipe = resolveFineTuneRecipe(recipeOf(parent), { ...overrides, splitLayer: firstTrainedLayer });
  const { datasetVersionId, backboneName } = parent;
  await checkLayer(prisma, backboneName, firstTrainedLayer);
  await checkClasses(prisma, datasetVersionId, [recipe]);
  return { kind: 'FINE_TUNE', datasetVersionId, backboneName, parentRunId, recipe };
}

/** Checks that a backbone has a layer: an imported one may end early. @throws BAD_INPUT. */
async function checkLayer(prisma: PrismaClient, name: string, layer: FirstTrainedLayer): Promise<void> {
  const backbone = await prisma.backbone.findUnique({ where: { name }, select: { architecture: true } });
  if (!backbone) return;
  const last = lastBlockIn(backbone.architecture);
  if (FIRST_TRAINED_LAYERS.indexOf(layer) <= FIRST_TRAINED_LAYERS.indexOf(last)) return;
  const message = `The backbone ${name} ends with ${last}; fine-tuning starts after one of mixed0 to ${last} (received "${layer}").`;
  throw new HubError('BAD_INPUT', message, { backbone: name, last, received: layer });
}

/** Checks recipes against the classes of the data. @throws NOT_FOUND for the dataset version; BAD_INPUT. */
export async function checkClasses(
  prisma: PrismaClient,
  datasetVersionId: string,
  recipes: Iterable<Pick<Recipe, 'classWeights'>>,
): Promise<void> {
  const where = { id: datasetVersionId };
  const version = await prisma.datasetVersion.findUnique({ where, select: { id: true, classes: true } });
  if (!version) throw notFound('dataset version', datasetVersionId);
  const classes = classesOf(version);
  for (const { classWeights } of recipes) checkClassWeights(classWeights, classes);
}
