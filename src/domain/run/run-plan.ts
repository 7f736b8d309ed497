import { HubError } from '../../errors.js';
import type { PrismaClient } from '../../storage/database.js';
import type { PresetName } from '../../training/presets.js';
import type { Recipe, RunKind } from '../../training/recipe.js';
import { resolveFineTuneRecipe, resolveRecipe } from '../../training/recipe-resolution.js';
import { notFound } from '../not-found.js';
import { recipeOf } from './run-row.js';

export interface TransferRequest {
  readonly datasetVersionId: string;
  readonly backbone: string;
  readonly preset: PresetName;
  readonly recipe: Readonly<Record<string, unknown>>;
}

/** What a run will be, checked and complete: the recipe never changes from here on. */
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
  const recipe = resolveRecipe(request.preset, request.recipe);
  const version = await prisma.datasetVersion.findUnique({ where: { id: datasetVersionId }, select: { id: true } });
  if (!version) throw notFound('dataset version', datasetVersionId);
  return { kind: 'TRANSFER', datasetVersionId, backboneName, parentRunId: null, recipe };
}

/** Of a run that goes on where another one ended. @throws NOT_FOUND, CONFLICT, or BAD_INPUT for the recipe. */
export async function planFineTune(
  prisma: PrismaClient,
  parentRunId: string,
  overrides: Readonly<Record<string, unknown>>,
): Promise<RunPlan> {
  const parent = await prisma.run.findUnique({ where: { id: parentRunId } });
  if (!parent) throw notFound('run', parentRunId);
  if (parent.state !== 'SUCCEEDED' || !parent.weightsBlob) {
    const message = `The parent run is ${parent.state}: only a run that succeeded can be gone on from.`;
    throw new HubError('CONFLICT', message, { id: parentRunId, state: parent.state });
  }
  const recipe = resolveFineTuneRecipe(recipeOf(parent), overrides);
  const { datasetVersionId, backboneName } = parent;
  return { kind: 'FINE_TUNE', datasetVersionId, backboneName, parentRunId, recipe };
}
