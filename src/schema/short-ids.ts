import {
  defaultFieldResolver,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
} from 'graphql';
import type { Caller } from '../domain/caller.js';
import type { Arguments } from '../domain/permission.js';
import type { NamedKind, ShortIds } from '../domain/short-ids.js';
import { rootFields } from './permission.js';

/**
 * What every ID in arguments names, by operation or input type; null for what must be given whole. The schema does not build
 * while one is missing.
 */
const NAMES: Readonly<Record<string, NamedKind | null>> = {
  'AddJudgedPhotosInput.to': 'dataset version',
  'AugmentationPreviewInput.datasetVersionId': 'dataset version',
  'CloneRunInput.id': 'run',
  'DeriveDatasetVersionInput.from': 'dataset version',
  'DeriveDatasetVersionInput.without': null, // SHA-256
  'ImportModelVersionInput.datasetVersionId': 'dataset version',
  'PredictionPageInput.after': null, // a cursor
  'RegisterDatasetVersionInput.progressKey': null, // chosen by the client
  'RegisterModelVersionInput.runId': 'run',
  'RelabelImageInput.image': null, // SHA-256
  'RunFilter.pipelineId': 'pipeline',
  'RunFilter.sweepId': 'sweep',
  'RunPageInput.after': null, // a cursor
  'RunTablePartInput.after': null, // a cursor
  'StartExaminationInput.datasetVersionId': 'dataset version',
  'StartFineTuneRunInput.parentRunId': 'run',
  'StartPipelineInput.datasetVersionId': 'dataset version',
  'StartPredictionInput.datasetVersionId': 'dataset version',
  'StartTransferRunInput.datasetVersionId': 'dataset version',
  'UpdateRunInput.id': 'run',
  'approvePromotion.id': 'promotion request',
  'cancelExamination.datasetVersionId': 'dataset version',
  'cancelIngestion.progressKey': null,
  'cancelPrediction.id': 'prediction job',
  'cancelRegistration.progressKey': null,
  'cancelRun.id': 'run',
  'cancelSweep.id': 'sweep',
  'compareRuns.ids': 'run',
  'datasetVersion.id': 'dataset version',
  'decideImage.datasetVersionId': 'dataset version',
  'decideImage.image': null, // SHA-256
  'deleteDatasetVersion.id': 'dataset version',
  'deleteModelImport.id': 'model import',
  'deletePhotos.photos': null, // of too many to search
  'deletePrediction.id': 'prediction job',
  'deleteRun.id': 'run',
  'deleteSweep.id': 'sweep',
  'deleteWebhook.id': 'webhook',
  'deriveDecided.datasetVersionId': 'dataset version',
  'diffDatasetVersions.from': 'dataset version',
  'diffDatasetVersions.to': 'dataset version',
  'giveFeedback.predictionId': null, // of too many to search
  'ingestionProgress.progressKey': null,
  'moveRun.before': 'run',
  'moveRun.id': 'run',
  'nextReviews.except': null, // of too many to search
  'node.id': null, // of any type
  'predictionJob.id': 'prediction job',
  'predictionProgress.id': 'prediction job',
  'registrationProgress.progressKey': null,
  'rejectPromotion.id': 'promotion request',
  'reproduceRun.id': 'run',
  'resumeRun.id': 'run',
  'revokeToken.id': 'token',
  'run.id': 'run',
  'runEmbedding.id': 'run',
  'runEvaluation.id': 'run',
  'runEvents.id': 'run',
  'runMistakes.id': 'run',
  'similarImages.datasetVersionId': 'dataset version',
  'similarToPrediction.id': null, // of too many to search
  'skipReview.predictionId': null, // of too many to search
  'sweep.id': 'sweep',
  'tagRun.id': 'run',
  'takeBackFeedback.predictionId': null, // of too many to search
  'testWebhook.id': 'webhook',
  'undoDecision.datasetVersionId': 'dataset version',
  'undoDecision.image': null, // SHA-256
  'webhookDeliveries.webhookId': 'webhook',
};

/** What the IDs in a value name: the value itself, or its fields. */
type Plan = NamedKind | { readonly [field: string]: Plan };

interface Input {
  readonly name: string;
  readonly type: GraphQLInputType;
}

/** Completes the short ids in the arguments of every query, mutation and subscription before its resolver runs. */
export function acceptShortIds(schema: GraphQLSchema, ids: ShortIds | undefined): GraphQLSchema {
  for (const field of rootFields(schema)) {
    const plan = planOf(field.args, field.name);
    if (plan === undefined || !ids) continue;
    const complete = (args: Arguments, caller: Caller): Promise<Arguments> =>
      replaced(args, plan, (kind, text) => ids.complete(kind, text, caller)) as Promise<Arguments>;
    const { resolve = defaultFieldResolver, subscribe } = field;
    field.resolve = async (root, args, context, info) =>
      resolve(root, await complete(args, context.caller), context, info);
    if (subscribe) {
      field.subscribe = async (root, args, context, info) =>
        subscribe(root, await complete(args, context.caller), context, info);
    }
  }
  return schema;
}

/** Undefined where no ID is. @param owner the operation, or the input type. */
function planOf(inputs: readonly Input[], owner: string): Exclude<Plan, string> | undefined {
  const plans = inputs.flatMap(({ name, type }): [string, Plan][] => {
    const named = getNamedType(type);
    if (isInputObjectType(named)) {
      const plan = planOf(Object.values(named.getFields()), named.name);
      return plan === undefined ? [] : [[name, plan]];
    }
    if (named.name !== 'ID') return [];
    const kind = NAMES[`${owner}.${name}`];
    if (kind === undefined) throw new Error(`say in src/schema/short-ids.ts what ${owner}.${name} names`);
    return kind === null ? [] : [[name, kind]];
  });
  return plans.length === 0 ? undefined : Object.fromEntries(plans);
}

/** A copy of a value in which the planned IDs are complete. */
async function replaced(
  value: unknown,
  plan: Plan,
  complete: (kind: NamedKind, text: string) => Promise<string>,
): Promise<unknown> {
  if (value === null || value === undefined) return value;
  if (Array.isArray(value)) return Promise.all(value.map((item) => replaced(item, plan, complete)));
  if (typeof plan === 'string') return complete(plan, value as string);
  const copy: Record<string, unknown> = { ...(value as Arguments) };
  for (const [field, inner] of Object.entries(plan)) {
    if (field in copy) copy[field] = await replaced(copy[field], inner, complete);
  }
  return copy;
}
