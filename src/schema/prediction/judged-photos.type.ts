import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { DatasetVersion } from '../../domain/dataset/dataset-version.js';
import type { JudgedImage } from '../../domain/dataset/dataset-version-writer.js';
import type { JudgedPhotosAdded } from '../../domain/prediction/judged-photos-service.js';
import { DatasetVersionType } from '../dataset/dataset.type.js';

@ObjectType('JudgedPhotosAdded', { description: 'A version with judged photos, and what became of each of them.' })
export class JudgedPhotosAddedType implements JudgedPhotosAdded {
  @Field(() => DatasetVersionType, {
    description: 'The new version, or the one with the same images if there is one.',
  })
  datasetVersion!: DatasetVersion;

  @Field(() => Int, { description: 'Number of photos that were added to the training split.' })
  added!: number;

  @Field(() => Int, { description: 'Number of photos that the version had already. They keep their class.' })
  present!: number;

  @Field(() => Int, {
    description: 'Number of photos that were left out, since they look like an image of the test or validation split.',
  })
  likeTest!: number;

  @Field(() => Int, { description: 'Number of judged answers whose photo was not kept.' })
  notKept!: number;

  @Field(() => Int, { description: 'Number of photos that were left out, since they show none of the classes.' })
  showNone!: number;
}

@ObjectType('Judgment', { description: 'A judged answer that an image of a dataset comes from.' })
export class JudgmentType implements Omit<JudgedImage, 'sha256'> {
  @Field(() => ID, { description: 'Id of the answer, which may have been deleted since.' })
  predictionId!: string;

  @Field(() => String, { description: 'Name of the model that answered.' })
  model!: string;

  @Field(() => Int, { description: 'Number of the version that answered.' })
  version!: number;

  @Field(() => String, { description: 'Label that it answered.' })
  answered!: string;

  @Field(() => String, { nullable: true, description: 'Name of the token that judged the photo.' })
  judgedBy!: string | null;

  @Field(() => GraphQLDateTime, { description: 'Time of the judgment.' })
  judgedAt!: Date;
}
