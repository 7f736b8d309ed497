import { Field, ID, InputType, Int } from 'type-graphql';
import { Split } from '../../datasets/manifest.js';
import { MOST_KEPT } from '../../domain/prediction-job/prediction-job.js';
import { TOP_LIMIT } from '../../serving/classification-bounds.js';
import { Checked, NAME, number, text } from '../checked.js';
import { type UploadPromise, UploadScalar } from '../upload.js';

@InputType({
  description:
    'The photos to classify, and the model version that classifies them. Give exactly one of datasetVersionId, upload, path and url.',
})
export class StartPredictionInput {
  @Field(() => String, { description: 'Name of the model.' })
  @Checked(NAME)
  model!: string;

  @Field(() => Int, { nullable: true, description: 'Number of a version; by default the one in production.' })
  @Checked(number(1, 2 ** 31 - 1))
  version?: number | null;

  @Field(() => ID, { nullable: true, description: 'A dataset version, whose images are classified.' })
  datasetVersionId?: string | null;

  @Field(() => Split, { nullable: true, description: 'The only split of the dataset version to classify.' })
  split?: Split | null;

  @Field(() => UploadScalar, { nullable: true, description: 'A zip, tar, tar.gz or tar.zst archive of photos.' })
  upload?: UploadPromise | null;

  @Field(() => String, {
    nullable: true,
    description:
      'A folder or archive on the server, in a folder given by `hub start --allow`. Not where processes share a database.',
  })
  @Checked(text(1, 4096))
  path?: string | null;

  @Field(() => String, { nullable: true, description: 'The https address of an archive.' })
  @Checked(text(1, 2048))
  url?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The encoding of names in a zip archive that are not marked as UTF-8, as of `registerDatasetVersion`.',
  })
  @Checked(text(1, 40))
  nameEncoding?: string | null;

  @Field(() => Int, { defaultValue: 5, description: `Number of classes to list for each photo, 1 to ${TOP_LIMIT}.` })
  @Checked(number(1, TOP_LIMIT))
  topK!: number;

  @Field(() => Boolean, {
    defaultValue: false,
    description: `Whether to keep the answers with their photos as predictions, for the review queue: at most ${MOST_KEPT} photos, which have no labels yet. The model must keep photos (\`setPredictionLog\`), whose days then hold for them too. They do not count as traffic.`,
  })
  keepForReview!: boolean;
}
