import { Arg, Args, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { ModelService } from '../../domain/model/model-service.js';
import type { ModelSettingsService } from '../../domain/model/model-settings-service.js';
import { modelIn, NARROWED } from '../../domain/permission.js';
import type { Deployments } from '../../serving/deployments.js';
import { ListArgs, requested } from '../connection.js';
import type { Context } from '../context.js';
import { Needs } from '../permission.js';
import { RegisterModelVersionInput, SetApprovalArgs, SetGateArgs } from './model.input.js';
import { AliasEventType, DeploymentType, ModelType, ModelVersionType } from './model.type.js';

@Resolver(() => ModelType)
export class ModelResolver {
  constructor(
    private readonly models: ModelService,
    private readonly settings: ModelSettingsService,
    private readonly deployments: Deployments,
  ) {}

  @Query(() => [ModelType], { name: 'models', description: 'All models, by name.' })
  @Needs('VIEWER', NARROWED)
  async allModels(
    @Arg('archived', () => Boolean, { defaultValue: false, description: 'Whether to list archived ones too.' })
    archived: boolean,
    @Ctx() { caller }: Context,
  ): Promise<ModelType[]> {
    return this.models.list(caller.model, archived);
  }

  @Query(() => ModelType, { nullable: true, description: 'A model by name; null if it does not exist.' })
  @Needs('VIEWER', modelIn('name'))
  async model(
    @Arg('name', () => String, { description: 'Name of the model.' }) name: string,
  ): Promise<ModelType | null> {
    return this.models.find({ name });
  }

  @Query(() => [DeploymentType], { name: 'deployments', description: 'The versions that serve now.' })
  @Needs('VIEWER', NARROWED)
  allDeployments(@Ctx() { caller }: Context): DeploymentType[] {
    const listed = this.deployments.list().map(({ alias, version, selfCheck, since }) => {
      const { model, versionId, number } = version;
      return { model, alias, versionId, number, ...version.form, selfCheck, since };
    });
    return listed.filter(({ model }) => caller.model === null || model === caller.model);
  }

  @Mutation(() => ModelVersionType, {
    description: 'Registers the weights of a run as a version. If the run is already registered, returns its version.',
  })
  @Needs('TRAINER', modelIn('input.model'))
  async registerModelVersion(
    @Arg('input', () => RegisterModelVersionInput, { description: 'The run, and the model that gets a version.' }) {
      runId,
      model,
    }: RegisterModelVersionInput,
    @Ctx() { caller, actor }: Context,
  ): Promise<ModelVersionType> {
    return this.models.register(runId, model, { caller, actor });
  }

  @Mutation(() => ModelType, {
    description: 'Sets the rules that a version must meet before `production` may point to it.',
  })
  @Needs('ADMIN', modelIn('model'))
  async setGate(
    @Args(() => SetGateArgs) { model, rules, reason }: SetGateArgs,
    @Ctx() { actor }: Context,
  ): Promise<ModelType> {
    return this.settings.setGate(model, rules ?? null, reason, actor);
  }

  @Mutation(() => ModelType, { description: 'Sets whether moving `production` needs the approval of a second person.' })
  @Needs('ADMIN', modelIn('model'))
  async setApproval(
    @Args(() => SetApprovalArgs) { model, secondPerson, reason }: SetApprovalArgs,
    @Ctx() { actor }: Context,
  ): Promise<ModelType> {
    return this.settings.setApproval(model, secondPerson, reason, actor);
  }

  @FieldResolver(() => [ModelVersionType], { description: 'Newest first.' })
  versions(
    @Root() { versions }: ModelType,
    @Arg('archived', () => Boolean, { defaultValue: false, description: 'Whether to list archived ones too.' })
    archived: boolean,
  ): ModelVersionType[] {
    return versions.filter(({ archivedAt }) => archived || archivedAt === null);
  }

  @FieldResolver(() => [AliasEventType], {
    description: 'Moves and removals of its aliases, newest first.',
  })
  async aliasEvents(@Root() { name }: ModelType, @Args(() => ListArgs) page: ListArgs): Promise<AliasEventType[]> {
    return this.models.aliasEvents(name, requested(page));
  }
}
