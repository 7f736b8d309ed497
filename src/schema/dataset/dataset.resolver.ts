import { Arg, Mutation, Query, Resolver } from 'type-graphql';
import { HubError } from '../../errors.js';
import { contentOf } from '../../http/upload.js';
import { CreateDatasetInput, RegisterDatasetVersionInput } from './dataset.input.js';
import type { DatasetService } from './dataset.service.js';
import { DatasetType, DatasetVersionType } from './dataset.type.js';

@Resolver()
export class DatasetResolver {
  constructor(private readonly datasets: DatasetService) {}

  @Query(() => [DatasetType], { name: 'datasets', description: 'All datasets by name.' })
  async allDatasets(): Promise<DatasetType[]> {
    return this.datasets.list();
  }

  @Query(() => DatasetType, { nullable: true })
  async dataset(@Arg('name', () => String) name: string): Promise<DatasetType | null> {
    return this.datasets.find(name);
  }

  @Mutation(() => DatasetType)
  async createDataset(@Arg('input', () => CreateDatasetInput) input: CreateDatasetInput): Promise<DatasetType> {
    return this.datasets.create(input.name, input.description ?? null);
  }

  @Mutation(() => DatasetVersionType, {
    description: 'Reads, checks and packs labelled images. The same data again returns the version that holds it.',
  })
  async registerDatasetVersion(
    @Arg('input', () => RegisterDatasetVersionInput) input: RegisterDatasetVersionInput,
  ): Promise<DatasetVersionType> {
    const { dataset, upload, path, testFraction, validationFraction, seed } = input;
    const options = { testFraction, validationFraction, seed };
    if (upload && path == null) {
      return this.datasets.registerUpload(dataset, contentOf(upload), options);
    }
    if (path != null && !upload) return this.datasets.registerPath(dataset, path, options);
    throw new HubError('BAD_INPUT', 'Give exactly one of upload and path.');
  }
}
