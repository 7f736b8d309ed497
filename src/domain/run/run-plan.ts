import { HubError } from '../../errors.js';
import type { FirstTrainedLayer } from '../../network/networks.js';
import type { PrismaClient } from '../../storage/database.js';
import { checkClassWeights } from '../../training/class-weights.js';
import { stagesOf } from '../../training/pipeline.js';
import { isPipelineName, PIPELINES, type PipelineName, type PresetName } from '../../training/presets.js';
import type { Recipe, RunKind } from '../../training/recipe.js';
import { resolveFineTuneRecipe, resolveRecipe } from '../../training/recipe-resolution.js';
import { backboneNetwork } from '../backbone/backbone-network.js';
import { classesOf } from '../dataset/dataset-row.js';
import { notFound } from '../not-found.js';
import type { RunState } from './run.js';
import type { LabelChange } from './run-label.js';
import { recipeOf } from './run-row.js';

/** Recipe fields that a caller sets; undefined leaves a field as it is. */
export type RecipeOverrides = { readonly [F in keyof Recipe]?: Recipe[F] | undefined };

export interface TransferRequest extends LabelChange {
  readonly datasetVersionId: string;
  /** Name of the backbone. */
  readonly backbone: string;
  readonly preset: PresetName;
  readonly recipe?: RecipeOverrides | null;
}

export interface FineTuneRequest extends LabelChange {
  readonly parentRunId: string;
  /** The architecture's own without it. */
  readonly firstTrainedLayer?: FirstTrainedLayer | null | undefined;
  readonly recipe: RecipeOverrides;
}

/** All runs of the pipeline have its name and note. */
export interface PipelineRequest extends LabelChange {
  readonly datasetVersionId: string;
  /** Name of the backbone. */
  readonly backbone: string;
  /** Name of the pipeline. */
  readonly pipeline: string;
  /** Overrides of the first stage; the later ones inherit them, except where their own settings differ. */
  readonly recipe?: RecipeOverrides | null;
}

/** A new run, checked and complete. */
export interface RunPlan {
  readonly kind: RunKind;
  readonly datasetVersionId: string;
  readonly backboneName: string;
  readonly parentRunId: string | null;
  readonly recipe: Recipe;
  readonly label?: LabelChange;
}

/** @throws BAD_INPUT for the recipe, or NOT_FOUND. */
export async function planTransfer(prisma: PrismaClient, request: TransferRequest): Promise<RunPlan> {
  const { datasetVersionId, backbone: backboneName, name, note } = request;
  const recipe = resolveRecipe(request.preset, { ...request.recipe }, await backboneNetwork(prisma, backboneName));
  await checkClasses(prisma, datasetVersionId, [recipe]);
  return { kind: 'TRANSFER', datasetVersionId, backboneName, parentRunId: null, recipe, label: { name, note } };
}

/** @throws NOT_FOUND or CONFLICT for the parent, or BAD_INPUT for the recipe. */
export async function planFineTune(prisma: PrismaClient, request: FineTuneRequest): Promise<RunPlan> {
  const { parentRunId, firstTrainedLayer, recipe: overrides, name, note } = request;
  const parent = await prisma.run.findUnique({ where: { id: parentRunId } });
  if (!parent) throw notFound('run', parentRunId);
  requireTrained(parent);
  const { datasetVersionId, backboneName } = parent;
  const changes = { ...overrides, splitLayer: firstTrainedLayer ?? undefined };
  const recipe = resolveFineTuneRecipe(recipeOf(parent), changes, await backboneNetwork(prisma, backboneName));
  await checkClasses(prisma, datasetVersionId, [recipe]);
  return { kind: 'FINE_TUNE', datasetVersionId, backboneName, parentRunId, recipe, label: { name, note } };
}

/** Checks that a run has weights to continue from. @throws CONFLICT. */
export function requireTrained({ id, state }: { readonly id: string; readonly state: RunState }): void {
  if (state === 'SUCCEEDED') return;
  const message = `The parent run ${id} is ${state}. Fine-tune a run that has succeeded.`;
  throw new HubError('CONFLICT', message, { id, state });
}

/**
 * The runs of a pipeline in order; each but the first continues from the one before.
 * @throws NOT_FOUND for the dataset version; BAD_INPUT naming the pipelines, or what the recipe cannot be.
 */
export async function planPipeline(
  prisma: PrismaClient,
  request: PipelineRequest,
): Promise<Omit<RunPlan, 'parentRunId'>[]> {
  const { datasetVersionId, backbone: backboneName, pipeline, name, note } = request;
  const known = requirePipeline(pipeline);
  const network = await backboneNetwork(prisma, backboneName);
  const stages = stagesOf(known, network, { ...request.recipe });
  const recipes = stages.map(({ recipe }) => recipe);
  await checkClasses(prisma, datasetVersionId, recipes);
  return stages.map(({ kind, recipe }) => ({ kind, datasetVersionId, backboneName, recipe, label: { name, note } }));
}

/** @throws BAD_INPUT naming the pipelines, for another name. */
export function requirePipeline(name: string): PipelineName {
  if (isPipelineName(name)) return name;
  const pipelines = Object.keys(PIPELINES);
  const message = `There is no pipeline "${name}". Choose ${pipelines.join(', ')}.`;
  throw new HubError('BAD_INPUT', message, { received: name, pipelines });
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
