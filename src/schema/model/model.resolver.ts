import { Arg, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import type { Deployments } from '../../serving/deployments.js';
import type { Context } from '../context.js';
import { PromoteModelVersionInput, RegisterModelVersionInput } from './model.input.js';
import type { ModelService } from './model.service.js';
import { DeploymentType, ModelType, ModelVersionType, SelfCheckOutcome } from './model.type.js';

@Resolver()
export class ModelResolver {
  constructor(
    private readonly models: ModelService,
    private readonly deployments: Deployments,
  ) {}

  @Query(() => [ModelType], { name: 'models', description: 'All models by name.' })
  async allModels(): Promise<ModelType[]> {
    return this.models.list();
  }

  @Query(() => ModelType, { nullable: true })
  async model(@Arg('name', () => String) name: string): Promise<ModelType | null> {
    return this.models.find(name);
  }

  @Query(() => [DeploymentType], { name: 'deployments', description: 'What serves at this moment.' })
  allDeployments(): DeploymentType[] {
    return this.deployments.list().map(({ alias, version: { model, versionId, number }, selfCheck, since }) => {
      return { model, alias, versionId, number, selfCheck: SelfCheckOutcome[selfCheck], since };
    });
  }

  @Mutation(() => ModelVersionType, { description: 'Makes a version of what a run made.' })
  async registerModelVersion(
    @Arg('input', () => RegisterModelVersionInput) { runId, model }: RegisterModelVersionInput,
  ): Promise<ModelVersionType> {
    return this.models.register(runId, model);
  }

  @Mutation(() => ModelVersionType, {
    description: 'Lets an alias point to a version. Pointing it back to an earlier one is how to roll back.',
  })
  async promoteModelVersion(
    @Arg('input', () => PromoteModelVersionInput) input: PromoteModelVersionInput,
    @Ctx() { actor, requestId }: Context,
  ): Promise<ModelVersionType> {
    return this.models.promote({ ...input, expectedVersion: input.expectedVersion ?? null, actor, requestId });
  }
}
