import { Arg, Ctx, FieldResolver, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { Dataset } from '../../domain/dataset/dataset.js';
import type { DatasetService } from '../../domain/dataset/dataset-service.js';
import type { DatasetVersion } from '../../domain/dataset/dataset-version.js';
import type { Context } from '../context.js';
import { Needs } from '../permission.js';
import { CreateDatasetInput } from './dataset.input.js';
import { DatasetType, DatasetVersionType } from './dataset.type.js';

@Resolver(() => DatasetType)
export class DatasetResolver {
  constructor(private readonly service: DatasetService) {}

  @Query(() => [DatasetType], { description: 'All datasets, by name.' })
  @Needs('VIEWER')
  async datasets(): Promise<Dataset[]> {
    return this.service.list();
  }

  @Query(() => DatasetType, { nullable: true, description: 'A dataset by name; null if it does not exist.' })
  @Needs('VIEWER')
  async dataset(
    @Arg('name', () => String, { description: 'Name of the dataset.' }) name: string,
  ): Promise<Dataset | null> {
    return this.service.find({ name });
  }

  @FieldResolver(() => DatasetVersionType, {
    nullable: true,
    description: 'A version by number; null if it does not exist.',
  })
  version(
    @Root() { versions }: Dataset,
    @Arg('number', () => Int, { description: 'Number of the version.' }) number: number,
  ): DatasetVersion | null {
    return versions.find((version) => version.number === number) ?? null;
  }

  @Mutation(() => DatasetType, { description: 'Creates a dataset without versions.' })
  @Needs('TRAINER')
  async createDataset(
    @Arg('input', () => CreateDatasetInput, { description: 'Name and description.' }) input: CreateDatasetInput,
    @Ctx() { actor }: Context,
  ): Promise<Dataset> {
    return this.service.create(input.name, input.description ?? null, actor);
  }

  @Mutation(() => Boolean, { description: 'Deletes a dataset. Refused while it has versions.' })
  @Needs('MAINTAINER')
  async deleteDataset(
    @Arg('name', () => String, { description: 'Name of the dataset.' }) name: string,
    @Ctx() { actor }: Context,
  ): Promise<boolean> {
    await this.service.delete(name, actor);
    return true;
  }
}
