import { GraphQLDateTime } from 'graphql-scalars';
import { Field, Float, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { DatasetImage } from '../../domain/dataset/dataset-image.js';
import {
  Decision,
  type Examination,
  ExaminationMode,
  type ExaminationProgress,
  type Finding,
  type FindingCounts,
  FindingKind,
  type ImageDecision,
} from '../../domain/examination/examination.js';
import type { Owner } from '../../domain/owner.js';
import { RunState } from '../../domain/run/run.js';
import { ExaminationPhase } from '../../training/job.js';
import { positionsTo } from '../connection.js';
import { DatasetImageType } from '../dataset/dataset-image.type.js';
import { OWNER, OwnerType } from '../owner.type.js';
import { RunErrorType } from '../run/run.type.js';

registerEnumType(ExaminationPhase, {
  name: 'ExaminationPhase',
  description: 'Phases of an examination.',
  valuesConfig: {
    FEATURES: { description: 'Features of images that are not in the cache are computed.' },
    OUTLIERS: { description: 'Images are compared with others of their class.' },
    LABELS: { description: 'Regressions judge the labels of images that they were not trained on.' },
    NETWORKS: { description: 'Networks are fine-tuned, each on three quarters of the images. Only in thorough mode.' },
  },
});

registerEnumType(FindingKind, {
  name: 'FindingKind',
  description: 'Why an image was found.',
  valuesConfig: {
    LABEL: { description: 'Its label is probably wrong.' },
    OUTLIER: { description: 'It is far from the other images of its class.' },
    CONTRADICTION: { description: 'An image that looks the same has another class.' },
  },
});

registerEnumType(Decision, {
  name: 'Decision',
  description: 'What shall become of an image in the next version.',
  valuesConfig: {
    RELABEL: { description: 'It gets another class.' },
    LEAVE_OUT: { description: 'It is left out.' },
    DISMISS: { description: 'It stays as it is.' },
  },
});

@ObjectType('ExaminationProgress', { description: 'Progress of a phase of an examination.' })
class ExaminationProgressType implements ExaminationProgress {
  @Field(() => ExaminationPhase, { description: 'What is being computed.' })
  phase!: ExaminationPhase;

  @Field(() => Int, { description: 'Items done: images, or hundredths of the regressions or of a network.' })
  done!: number;

  @Field(() => Int, { description: 'Items in all.' })
  total!: number;

  @Field(() => Float, { nullable: true, description: 'Estimate for this phase; null before it has done anything.' })
  secondsLeft!: number | null;
}

@ObjectType('FindingCounts', { description: 'Numbers of findings.' })
export class FindingCountsType implements FindingCounts {
  @Field(() => Int, {
    description:
      'Estimated number of wrong labels in all splits; too high where the regressions are often wrong themselves.',
  })
  errors!: number;

  @Field(() => Int, { description: 'Images whose label is probably wrong.' })
  labels!: number;

  @Field(() => Int, { description: 'Images that are far from the others of their class.' })
  outliers!: number;

  @Field(() => Int, { description: 'Images of which one that looks the same has another class.' })
  contradictions!: number;

  @Field(() => Int, { description: 'Decisions that change the next version.' })
  changes!: number;
}

@ObjectType('Examination', {
  description:
    'The search of a dataset version for wrong labels, outliers and contradictions, by the features of a backbone.',
})
export class ExaminationType implements Omit<Examination, 'datasetVersionId' | 'findingsBlob'> {
  datasetVersionId!: string;
  findingsBlob!: string | null;

  @Field(() => RunState, { description: 'How far it is.' })
  state!: RunState;

  @Field(() => String, { description: 'Name of the backbone.' })
  backbone!: string;

  @Field(() => Int, { description: 'Side in pixels of the image that the backbone sees.' })
  imageSize!: number;

  @Field(() => ExaminationMode, { description: 'How the labels are judged.' })
  mode!: ExaminationMode;

  @Field(() => ExaminationProgressType, { nullable: true, description: 'Last progress; null before the first.' })
  progress!: ExaminationProgressType | null;

  @Field(() => RunErrorType, { nullable: true, description: 'Why it failed; null unless it did.' })
  error!: RunErrorType | null;

  @Field(() => OwnerType, { nullable: true, description: OWNER })
  owner!: Owner | null;

  @Field(() => GraphQLDateTime, { description: 'When it was queued.' })
  createdAt!: Date;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When a worker first took it.' })
  startedAt!: Date | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it ended.' })
  endedAt!: Date | null;
}

@ObjectType('ImageDecision', { description: 'What somebody decided on an image.' })
export class ImageDecisionType implements ImageDecision {
  @Field(() => Decision, { description: 'What shall become of the image.' })
  kind!: Decision;

  @Field(() => String, { nullable: true, description: 'Class in the next version; null unless it is relabeled.' })
  label!: string | null;

  @Field(() => String, { description: 'Name of the token.' })
  decidedBy!: string;

  @Field(() => GraphQLDateTime, { description: 'When it was decided.' })
  decidedAt!: Date;
}

@ObjectType('ExaminationFinding', { description: 'An image that is probably wrong in its version.' })
class FindingType implements Finding {
  @Field(() => FindingKind, { description: 'Why the image was found.' })
  kind!: FindingKind;

  @Field(() => DatasetImageType, { description: 'The image, as it is in its version.' })
  image!: DatasetImage;

  @Field(() => String, {
    nullable: true,
    description:
      'Class that it most likely belongs to; of a contradiction, that of the other images; null for an outlier.',
  })
  suggested!: string | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Probability of its label by models that were not trained on the image; null for other kinds.',
  })
  given!: number | null;

  @Field(() => Float, { nullable: true, description: 'Probability of the suggested class, by the same models.' })
  probability!: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'Mean distance to its nearest neighbors in its class, as a multiple of the largest ordinary one; null for other kinds.',
  })
  distance!: number | null;

  @Field(() => [DatasetImageType], { description: 'Images that look the same, of a contradiction.' })
  like!: readonly DatasetImage[];

  @Field(() => ImageDecisionType, {
    nullable: true,
    description: 'What somebody decided on the image; null if nobody did.',
  })
  decision!: ImageDecisionType | null;
}

@ObjectType('ExaminationFindingConnection', {
  description: 'A page of findings, worst first. Cursors are positions in the list, from 0.',
})
export class FindingConnectionType extends positionsTo('ExaminationFinding', () => FindingType) {}
