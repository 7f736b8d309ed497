import { Arg, Ctx, ID, Mutation, Query, Resolver, Root, Subscription } from 'type-graphql';
import type { DatasetVersion } from '../../domain/dataset/dataset-version.js';
import type { Ingestion, IngestionProgress } from '../../domain/dataset/ingestion.js';
import type { IngestionService } from '../../domain/dataset/ingestion-service.js';
import type { Ingestions } from '../../domain/dataset/ingestions.js';
import { HubError } from '../../errors.js';
import type { Context } from '../context.js';
import { Needs } from '../permission.js';
import { contentOf } from '../upload-content.js';
import { RegisterDatasetVersionInput } from './dataset.input.js';
import { DatasetVersionType } from './dataset.type.js';
import {
  IngestionProgressType,
  IngestionType,
  RegistrationProgressType,
  RegistrationUnderWayType,
} from './ingestion.type.js';

/** Starts a subscription to the progress of an ingestion. */
const follow = ({ context, args }: { context: unknown; args: { progressKey?: string } }) =>
  (context as Context).ingestions.progress(args.progressKey as string);

@Resolver()
export class IngestionResolver {
  constructor(
    private readonly service: IngestionService,
    private readonly underWay: Ingestions,
  ) {}

  @Query(() => [IngestionType], { description: 'Ingestions in progress, oldest first.' })
  @Needs('VIEWER')
  ingestions(): Promise<Ingestion[]> {
    return this.underWay.list();
  }

  @Query(() => [RegistrationUnderWayType], {
    description: 'The old name of `ingestions`.',
    deprecationReason: 'Renamed to `ingestions`.',
  })
  @Needs('VIEWER')
  registrations(): Promise<Ingestion[]> {
    return this.underWay.list();
  }

  @Mutation(() => DatasetVersionType, {
    description:
      'Reads, checks and stores labeled images as a version of a dataset. If the dataset already has a version with the same data, returns that version.',
  })
  @Needs('TRAINER')
  async registerDatasetVersion(
    @Arg('input', () => RegisterDatasetVersionInput, { description: 'The dataset, and the source of its images.' })
    input: RegisterDatasetVersionInput,
    @Ctx() { actor }: Context,
  ): Promise<DatasetVersion> {
    const { upload, path, url, progressKey, ...rest } = input;
    const options = { ...rest, key: progressKey ?? null, actor };
    if ([upload, path, url].filter((source) => source != null).length !== 1) {
      throw new HubError('BAD_INPUT', 'Give exactly one of upload, path and url.');
    }
    if (upload) return this.service.ingestUpload(contentOf(upload), options);
    if (url != null) return this.service.ingestUrl(url, options);
    return this.service.ingestPath(path as string, options);
  }

  @Mutation(() => Boolean, { description: 'Cancels an ingestion in progress. Nothing of it is kept.' })
  @Needs('TRAINER')
  async cancelIngestion(
    @Arg('progressKey', () => ID, { description: 'The key that was given to `registerDatasetVersion`.' })
    progressKey: string,
  ): Promise<boolean> {
    await this.underWay.cancel(progressKey);
    return true;
  }

  @Mutation(() => Boolean, {
    description: 'The old name of `cancelIngestion`.',
    deprecationReason: 'Renamed to `cancelIngestion`.',
  })
  @Needs('TRAINER')
  cancelRegistration(
    @Arg('progressKey', () => ID, { description: 'The key that was given to `registerDatasetVersion`.' })
    progressKey: string,
  ): Promise<boolean> {
    return this.cancelIngestion(progressKey);
  }

  @Subscription(() => IngestionProgressType, {
    description:
      'Progress of an ingestion, at once and then a few times a second until it ends. Subscribe before you start the ingestion to receive all of it.',
    subscribe: follow,
  })
  @Needs('VIEWER')
  ingestionProgress(
    @Root() progress: IngestionProgress,
    @Arg('progressKey', () => ID, { description: 'The key that was given to `registerDatasetVersion`.' })
    _progressKey: string,
  ): IngestionProgress {
    return progress;
  }

  @Subscription(() => RegistrationProgressType, {
    description: 'The old name of `ingestionProgress`.',
    deprecationReason: 'Renamed to `ingestionProgress`.',
    subscribe: follow,
  })
  @Needs('VIEWER')
  registrationProgress(
    @Root() progress: IngestionProgress,
    @Arg('progressKey', () => ID, { description: 'The key that was given to `registerDatasetVersion`.' })
    _progressKey: string,
  ): IngestionProgress {
    return progress;
  }
}
