import { Arg, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root, Subscription } from 'type-graphql';
import type { Dataset } from '../../domain/dataset/dataset.js';
import type { DatasetService } from '../../domain/dataset/dataset-service.js';
import type { DatasetVersion } from '../../domain/dataset/dataset-version.js';
import type { Ingestion, IngestionProgress } from '../../domain/dataset/ingestion.js';
import type { RegistrationService } from '../../domain/dataset/ingestion-service.js';
import type { Registrations } from '../../domain/dataset/ingestions.js';
import { HubError } from '../../errors.js';
import type { Context } from '../context.js';
import { Needs } from '../permission.js';
import { contentOf } from '../upload.js';
import { CreateDatasetInput, RegisterDatasetVersionInput } from './dataset.input.js';
import { DatasetType, DatasetVersionType } from './dataset.type.js';
import { IngestionProgressType, IngestionType } from './ingestion.type.js';

@Resolver(() => DatasetType)
export class DatasetResolver {
  constructor(
    private readonly datasets: DatasetService,
    private readonly registration: RegistrationService,
    private readonly registrations: Registrations,
  ) {}

  @Query(() => [DatasetType], { name: 'datasets', description: 'All datasets by name.' })
  @Needs('VIEWER')
  async allDatasets(): Promise<Dataset[]> {
    return this.datasets.list();
  }

  @Query(() => DatasetType, { nullable: true })
  @Needs('VIEWER')
  async dataset(@Arg('name', () => String) name: string): Promise<Dataset | null> {
    return this.datasets.find(name);
  }

  @FieldResolver(() => DatasetVersionType, { nullable: true })
  version(@Root() { versions }: Dataset, @Arg('number', () => Int) number: number): DatasetVersion | null {
    return versions.find((version) => version.number === number) ?? null;
  }

  @Query(() => [IngestionType], { name: 'registrations', description: 'Those under way, the oldest first.' })
  @Needs('VIEWER')
  registrationsUnderWay(): Ingestion[] {
    return this.registrations.list();
  }

  @Mutation(() => DatasetType)
  @Needs('TRAINER')
  async createDataset(@Arg('input', () => CreateDatasetInput) input: CreateDatasetInput): Promise<Dataset> {
    return this.datasets.create(input.name, input.description ?? null);
  }

  @Mutation(() => Boolean, { description: 'Deletes a dataset without versions. True when it is gone.' })
  @Needs('MAINTAINER')
  async deleteDataset(@Arg('name', () => String) name: string, @Ctx() { actor }: Context): Promise<boolean> {
    await this.datasets.delete(name, actor);
    return true;
  }

  @Mutation(() => DatasetVersionType, {
    description: 'Reads, checks and packs labelled images. The same data again returns the version that holds it.',
  })
  @Needs('TRAINER')
  async registerDatasetVersion(
    @Arg('input', () => RegisterDatasetVersionInput) input: RegisterDatasetVersionInput,
  ): Promise<DatasetVersion> {
    const { upload, path, url, progressKey, ...rest } = input;
    const options = { ...rest, key: progressKey ?? null };
    if ([upload, path, url].filter((source) => source != null).length !== 1) {
      throw new HubError('BAD_INPUT', 'Give exactly one of upload, path and url.');
    }
    if (upload) return this.registration.registerUpload(contentOf(upload), options);
    if (url != null) return this.registration.registerUrl(url, options);
    return this.registration.registerPath(path as string, options);
  }

  @Mutation(() => Boolean, { description: 'Stops a registration under way. Nothing of it is kept.' })
  @Needs('TRAINER')
  cancelRegistration(@Arg('progressKey', () => ID) progressKey: string): boolean {
    this.registrations.cancel(progressKey);
    return true;
  }

  @Subscription(() => IngestionProgressType, {
    description:
      'Tells of a registration, also one that is yet to begin, at once and then a few times a second; ends with it.',
    subscribe: ({ context, args }) => (context as Context).registrations.progress(args.progressKey as string),
  })
  @Needs('VIEWER')
  registrationProgress(
    @Root() progress: IngestionProgress,
    @Arg('progressKey', () => ID) _progressKey: string,
  ): IngestionProgress {
    return progress;
  }
}
