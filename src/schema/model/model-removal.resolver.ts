import { Arg, Ctx, Int, Mutation, Resolver } from 'type-graphql';
import type { ModelArchiveService } from '../../domain/model/model-archive-service.js';
import type { ModelDeletionService } from '../../domain/model/model-deletion-service.js';
import { modelIn } from '../../domain/permission.js';
import type { Context } from '../context.js';
import { Needs } from '../permission.js';
import { ModelType, ModelVersionType } from './model.type.js';

const HELD = 'Refused while an alias, a running rollout or a waiting promotion request holds';

@Resolver()
export class ModelRemovalResolver {
  constructor(
    private readonly archive: ModelArchiveService,
    private readonly deletion: ModelDeletionService,
  ) {}

  @Mutation(() => ModelVersionType, {
    description: `Archives a version: lists leave it out, and it cannot be promoted. ${HELD} it.`,
  })
  @Needs('MAINTAINER', modelIn('model'))
  async archiveModelVersion(
    @Arg('model', () => String, { description: 'Name of the model.' }) model: string,
    @Arg('version', () => Int, { description: 'Number of the version.' }) version: number,
    @Ctx() { actor }: Context,
  ): Promise<ModelVersionType> {
    return this.archive.setVersion(model, version, true, actor);
  }

  @Mutation(() => ModelVersionType, { description: 'Takes a version back from the archive.' })
  @Needs('MAINTAINER', modelIn('model'))
  async unarchiveModelVersion(
    @Arg('model', () => String, { description: 'Name of the model.' }) model: string,
    @Arg('version', () => Int, { description: 'Number of the version.' }) version: number,
    @Ctx() { actor }: Context,
  ): Promise<ModelVersionType> {
    return this.archive.setVersion(model, version, false, actor);
  }

  @Mutation(() => ModelType, {
    description: `Archives a model: lists leave it out, and it gets no versions and no promotions. ${HELD} a version.`,
  })
  @Needs('MAINTAINER', modelIn('model'))
  async archiveModel(
    @Arg('model', () => String, { description: 'Name of the model.' }) model: string,
    @Ctx() { actor }: Context,
  ): Promise<ModelType> {
    return this.archive.setModel(model, true, actor);
  }

  @Mutation(() => ModelType, { description: 'Takes a model back from the archive.' })
  @Needs('MAINTAINER', modelIn('model'))
  async unarchiveModel(
    @Arg('model', () => String, { description: 'Name of the model.' }) model: string,
    @Ctx() { actor }: Context,
  ): Promise<ModelType> {
    return this.archive.setModel(model, false, actor);
  }

  @Mutation(() => Boolean, {
    description: `Deletes a version with its kept answers, its ended rollouts and decided requests. Its number is not given again. ${HELD} it.`,
  })
  @Needs('MAINTAINER', modelIn('model'))
  async deleteModelVersion(
    @Arg('model', () => String, { description: 'Name of the model.' }) model: string,
    @Arg('version', () => Int, { description: 'Number of the version.' }) version: number,
    @Ctx() { actor }: Context,
  ): Promise<boolean> {
    await this.deletion.deleteVersion(model, version, actor);
    return true;
  }

  @Mutation(() => Boolean, {
    description: `Deletes a model with all of its versions. A later model of this name continues its numbers. ${HELD} a version.`,
  })
  @Needs('MAINTAINER', modelIn('model'))
  async deleteModel(
    @Arg('model', () => String, { description: 'Name of the model.' }) model: string,
    @Ctx() { actor }: Context,
  ): Promise<boolean> {
    await this.deletion.deleteModel(model, actor);
    return true;
  }
}
