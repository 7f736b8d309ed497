import { Arg, Args, ArgsType, Ctx, Field, FieldResolver, ID, Mutation, Resolver, Root } from 'type-graphql';
import type { DatasetVersion } from '../../domain/dataset/dataset-version.js';
import { Decision, type Examination, FindingKind } from '../../domain/examination/examination.js';
import type { ExaminationService } from '../../domain/examination/examination-service.js';
import { Checked, SHA256, text } from '../checked.js';
import { PageArgs, requested } from '../connection.js';
import type { Context } from '../context.js';
import { DatasetVersionType } from '../dataset/dataset.type.js';
import { Needs } from '../permission.js';
import { StartExaminationInput } from './examination.input.js';
import { ExaminationType, FindingConnectionType, FindingCountsType, ImageDecisionType } from './examination.type.js';

@ArgsType()
class DecideImageArgs {
  @Field(() => ID, { description: 'The dataset version of the image.' })
  datasetVersionId!: string;

  @Field(() => ID, { description: 'SHA-256 of the image. The decision holds for every image with the same bytes.' })
  @Checked(SHA256)
  image!: string;

  @Field(() => Decision, { description: 'What shall become of it.' })
  kind!: Decision;

  @Field(() => String, { nullable: true, description: 'Class in the next version, with RELABEL.' })
  @Checked(text(1, 1000))
  label?: string | null;
}

@ArgsType()
class FindingArgs extends PageArgs {
  @Field(() => FindingKind, { defaultValue: FindingKind.LABEL, description: 'Which findings to list.' })
  kind!: FindingKind;

  @Field(() => Boolean, { defaultValue: false, description: 'Whether to leave out images that somebody decided on.' })
  open!: boolean;
}

const VERSION = { description: 'The dataset version.' } as const;

@Resolver(() => ExaminationType)
export class ExaminationResolver {
  constructor(private readonly examinations: ExaminationService) {}

  @Mutation(() => ExaminationType, {
    description:
      'Queues an examination of a dataset version, in place of one that has ended. Decisions that were taken stay. It computes the features of images that are not in the cache.',
  })
  @Needs('TRAINER')
  async startExamination(
    @Arg('input', () => StartExaminationInput, { description: 'What to examine, and by which features.' })
    input: StartExaminationInput,
    @Ctx() { actor }: Context,
  ): Promise<Examination> {
    return this.examinations.start(input, actor);
  }

  @Mutation(() => ExaminationType, { description: 'Cancels the examination of a dataset version.' })
  @Needs('TRAINER')
  async cancelExamination(
    @Arg('datasetVersionId', () => ID, VERSION) datasetVersionId: string,
    @Ctx() { actor }: Context,
  ): Promise<Examination> {
    return this.examinations.cancel(datasetVersionId, actor);
  }

  @Mutation(() => ImageDecisionType, {
    description: 'Records what shall become of an image in the next version. It replaces an earlier decision.',
  })
  @Needs('TRAINER')
  async decideImage(
    @Args(() => DecideImageArgs) { datasetVersionId, image, kind, label }: DecideImageArgs,
    @Ctx() { actor }: Context,
  ): Promise<ImageDecisionType> {
    return this.examinations.decide(datasetVersionId, image, kind, label ?? null, actor);
  }

  @Mutation(() => Boolean, { description: 'Takes a decision on an image back. Returns whether there was one.' })
  @Needs('TRAINER')
  async undoDecision(
    @Arg('datasetVersionId', () => ID, VERSION) datasetVersionId: string,
    @Arg('image', () => ID, { description: 'SHA-256 of the image.' }) image: string,
  ): Promise<boolean> {
    return this.examinations.undo(datasetVersionId, image);
  }

  @Mutation(() => DatasetVersionType, {
    description: 'Derives a version in which the decisions on images are carried out.',
  })
  @Needs('TRAINER')
  async deriveDecided(
    @Arg('datasetVersionId', () => ID, VERSION) datasetVersionId: string,
    @Ctx() { actor }: Context,
    @Arg('dataset', () => String, { nullable: true, description: 'Dataset of the new version; the same by default.' })
    dataset?: string | null,
  ): Promise<DatasetVersion> {
    return this.examinations.derive(datasetVersionId, dataset ?? null, actor);
  }

  @FieldResolver(() => FindingCountsType, { nullable: true, description: 'Null before it has succeeded.' })
  async counts(@Root() examination: Examination): Promise<FindingCountsType | null> {
    return this.examinations.counts(examination);
  }

  @FieldResolver(() => FindingConnectionType, { description: 'Findings of one kind, worst first.' })
  async findings(
    @Root() examination: Examination,
    @Args(() => FindingArgs) { kind, open, ...page }: FindingArgs,
  ): Promise<FindingConnectionType> {
    return new FindingConnectionType(await this.examinations.findings(examination, { kind, open }, requested(page)));
  }
}

@Resolver(() => DatasetVersionType)
export class ExaminedVersionResolver {
  constructor(private readonly examinations: ExaminationService) {}

  @FieldResolver(() => ExaminationType, { nullable: true, description: 'Its last examination; null if it had none.' })
  async examination(@Root() { id }: DatasetVersion): Promise<Examination | null> {
    return this.examinations.find(id);
  }
}
