import 'reflect-metadata'; // type-graphql asks for it before the first decorated class
import { createPubSub } from '@graphql-yoga/subscription';
import type { GraphQLSchema } from 'graphql';
import { buildSchemaSync, type ContainerType } from 'type-graphql';
import { AuditResolver } from './audit/audit.resolver.js';
import { BackboneResolver } from './backbone/backbone.resolver.js';
import { ChangeResolver } from './change/change.resolver.js';
import { ClassificationResolver } from './classification/classification.resolver.js';
import { DatasetResolver } from './dataset/dataset.resolver.js';
import { DatasetImageResolver, DatasetVersionResolver } from './dataset/dataset-version.resolver.js';
import { EstimateResolver } from './estimate/estimate.resolver.js';
import { ImportResolver } from './model/import.resolver.js';
import { ModelFields } from './model/model.fields.js';
import { ModelResolver } from './model/model.resolver.js';
import { PrecisionResolver } from './model/precision.resolver.js';
import { guardRootFields } from './permission.js';
import { PredictionLogResolver, PredictionResolver } from './prediction/prediction.resolver.js';
import { PromotionResolver } from './promotion/promotion.resolver.js';
import { LimitsResolver } from './quota/quota.resolver.js';
import { RecipeResolver } from './recipe/recipe.resolver.js';
import { TrialResolver } from './rollout/rollout.resolver.js';
import { RunRecordResolver, TestPredictionResolver } from './run/provenance.resolver.js';
import { RunFields } from './run/run.fields.js';
import { RunResolver } from './run/run.resolver.js';
import { SampleResolver } from './sample/sample.resolver.js';
import { SweepResolver } from './sweep/sweep.resolver.js';
import { TokenResolver } from './token/token.resolver.js';
import { WebhookResolver } from './webhook/webhook.resolver.js';

const RESOLVERS = [
  DatasetResolver,
  DatasetVersionResolver,
  DatasetImageResolver,
  BackboneResolver,
  RunResolver,
  RunFields,
  RecipeResolver,
  RunRecordResolver,
  TestPredictionResolver,
  EstimateResolver,
  SweepResolver,
  ModelResolver,
  ModelFields,
  PrecisionResolver,
  ImportResolver,
  ClassificationResolver,
  ChangeResolver,
  SampleResolver,
  TokenResolver,
  PromotionResolver,
  TrialResolver,
  PredictionResolver,
  PredictionLogResolver,
  AuditResolver,
  LimitsResolver,
  WebhookResolver,
] as const;

/** Builds the schema on resolver instances; without them (to print it) nothing can be asked of it. */
export function buildHubSchema(instances: readonly object[] = []): GraphQLSchema {
  const container: ContainerType = {
    get: (resolver) => instances.find((instance) => instance.constructor === resolver),
  };
  const schema = buildSchemaSync({
    resolvers: [...RESOLVERS],
    container,
    validate: { forbidUnknownValues: false },
    pubSub: createPubSub(), // asked for wherever there is a subscription; ours bring their own events
  });
  return guardRootFields(schema);
}
