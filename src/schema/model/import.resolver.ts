import { Arg, Args, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql';
import type { ImportService } from '../../domain/model/import-service.js';
import { modelIn } from '../../domain/permission.js';
import { HubError } from '../../errors.js';
import { ListArgs, requested } from '../connection.js';
import type { Context } from '../context.js';
import { Needs } from '../permission.js';
import { contentOf } from '../upload-content.js';
import { ImportModelVersionInput } from './import.input.js';
import { ModelImportType } from './import.type.js';

@Resolver()
export class ImportResolver {
  constructor(private readonly imports: ImportService) {}

  @Query(() => [ModelImportType], { description: 'Imports of a model, newest first.' })
  @Needs('VIEWER', modelIn('model'))
  async modelImports(
    @Arg('model', () => String, { description: 'Name of the model.' }) model: string,
    @Args(() => ListArgs) page: ListArgs,
  ): Promise<ModelImportType[]> {
    return this.imports.list(model, requested(page));
  }

  @Mutation(() => ModelImportType, {
    description: 'Imports a model file from elsewhere. It becomes a version once it is read and measured.',
  })
  @Needs('TRAINER', modelIn('input.model'))
  async importModelVersion(
    @Arg('input', () => ImportModelVersionInput, { description: 'The file, and the model that gets a version.' })
    input: ImportModelVersionInput,
    @Ctx() { caller }: Context,
  ): Promise<ModelImportType> {
    const { upload, path, model, datasetVersionId, labels = null } = input;
    if ((upload == null) === (path == null)) throw new HubError('BAD_INPUT', 'Give exactly one of upload and path.');
    const options = { model, datasetVersionId, labels, caller };
    if (path != null) return this.imports.path(path, options);
    const { filename } = await (upload as NonNullable<typeof upload>);
    return this.imports.upload(contentOf(upload as NonNullable<typeof upload>), filename, options);
  }

  @Mutation(() => ID, {
    description:
      'Deletes an import that failed, or whose version was deleted. Returns its id. A TRAINER deletes the imports that it started, a MAINTAINER any.',
  })
  @Needs('TRAINER', modelIn('model'))
  async deleteModelImport(
    @Arg('model', () => String, { description: 'Name of the model.' }) model: string,
    @Arg('id', () => ID, { description: 'Id of the import.' }) id: string,
    @Ctx() { caller, actor }: Context,
  ): Promise<string> {
    await this.imports.delete(model, id, { caller, actor });
    return id;
  }
}
