import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root, Subscription } from 'type-graphql';
import type { PredictionJob } from '../../domain/prediction-job/prediction-job.js';
import {
  type PredictionJobService,
  predictionDeletionRefusal,
} from '../../domain/prediction-job/prediction-job-service.js';
import type { RequestedSource } from '../../domain/prediction-job/prediction-source.js';
import { HubError } from '../../errors.js';
import { PageArgs, requested } from '../connection.js';
import type { Context } from '../context.js';
import { Needs } from '../permission.js';
import { contentOf } from '../upload-content.js';
import { StartPredictionInput } from './prediction-job.input.js';
import {
  downloadsOf,
  PredictionDownloadType,
  PredictionJobConnectionType,
  PredictionJobType,
} from './prediction-job.type.js';

@Resolver(() => PredictionJobType)
export class PredictionJobResolver {
  constructor(private readonly jobs: PredictionJobService) {}

  @FieldResolver(() => [PredictionDownloadType], {
    description:
      'Its answers as files; empty before it has ended and without answers. Of a cancelled or failed job, those so far.',
  })
  downloads(@Root() job: PredictionJob): PredictionDownloadType[] {
    return downloadsOf(job);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description:
      'Reason why the token of this request may not delete the job, whatever its state; null if its role, or having started the job, allows it.',
  })
  mayNotDelete(@Root() job: PredictionJob, @Ctx() { caller }: Context): string | null {
    return predictionDeletionRefusal(job, caller)?.message ?? null;
  }

  @Query(() => PredictionJobConnectionType, { description: 'Prediction jobs page by page, newest first.' })
  @Needs('TRAINER')
  async predictionJobs(
    @Args(() => PageArgs) args: PageArgs,
    @Arg('model', () => String, { nullable: true, description: 'Name of the model; all by default.' })
    model?: string | null,
  ): Promise<PredictionJobConnectionType> {
    return new PredictionJobConnectionType(await this.jobs.page(model ?? null, requested(args)));
  }

  @Query(() => PredictionJobType, { nullable: true, description: 'A prediction job by id; null if it does not exist.' })
  @Needs('TRAINER')
  async predictionJob(
    @Arg('id', () => ID, { description: 'Id of the job.' }) id: string,
  ): Promise<PredictionJob | null> {
    return this.jobs.find(id);
  }

  @Mutation(() => PredictionJobType, {
    description:
      'Queues a job that classifies all photos of a source, with the lowest priority of all work. An archive that is sent or fetched is stored until the job has ended. The job continues after its last stored answers if the hub stops.',
  })
  @Needs('TRAINER')
  async startPrediction(
    @Arg('input', () => StartPredictionInput, { description: 'The model, and the source of the photos.' })
    input: StartPredictionInput,
    @Ctx() { actor }: Context,
  ): Promise<PredictionJob> {
    const { model, version, nameEncoding, topK, keepForReview } = input;
    const request = { model, version: version ?? null, nameEncoding: nameEncoding ?? null, topK, keepForReview };
    return this.jobs.start({ ...request, source: await sourceOf(input) }, actor);
  }

  @Mutation(() => PredictionJobType, { description: 'Cancels a prediction job. Its answers so far can be downloaded.' })
  @Needs('TRAINER')
  async cancelPrediction(
    @Arg('id', () => ID, { description: 'Id of the job.' }) id: string,
    @Ctx() { actor }: Context,
  ): Promise<PredictionJob> {
    return this.jobs.cancel(id, actor);
  }

  @Mutation(() => ID, {
    description:
      'Deletes a prediction job that has ended, with its answers. A TRAINER deletes its own ones. Returns its id.',
  })
  @Needs('TRAINER')
  async deletePrediction(
    @Arg('id', () => ID, { description: 'Id of the job.' }) id: string,
    @Ctx() context: Context,
  ): Promise<string> {
    await this.jobs.delete(id, context);
    return id;
  }

  @Subscription(() => PredictionJobType, {
    description: 'A prediction job at once, and after every change until it has ended.',
    subscribe: ({ context, args }) => (context as Context).predictionJobs.follow((args as { id: string }).id),
  })
  @Needs('TRAINER')
  predictionProgress(
    @Root() job: PredictionJob,
    @Arg('id', () => ID, { description: 'Id of the job.' }) _id: string,
  ): PredictionJob {
    return job;
  }
}

async function sourceOf({
  datasetVersionId,
  split,
  upload,
  path,
  url,
}: StartPredictionInput): Promise<RequestedSource> {
  if ([datasetVersionId, upload, path, url].filter((source) => source != null).length !== 1) {
    throw new HubError('BAD_INPUT', 'Give exactly one of datasetVersionId, upload, path and url.');
  }
  if (datasetVersionId != null) return { datasetVersionId, split: split ?? null };
  if (split != null) throw new HubError('BAD_INPUT', 'Only a dataset version has splits: leave out split.', { split });
  if (upload) return { upload: contentOf(upload), fileName: (await upload).filename };
  return path != null ? { path } : { url: url as string };
}
