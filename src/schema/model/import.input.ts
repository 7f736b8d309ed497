import { Field, ID, InputType } from 'type-graphql';
import { NAME_RULE } from '../../domain/names.js';
import { Checked, distinct, list, NAME, text } from '../checked.js';
import { type UploadPromise, UploadScalar } from '../upload.js';

const MOST_LABELS = 10_000;

@InputType({
  description:
    'A Keras model (.h5 or .keras) of InceptionV3, whole or cut after a block, and a head, or a safetensors export of a hub. Give exactly one of upload and path.',
})
export class ImportModelVersionInput {
  @Field(() => String, { description: `The model; created if it does not exist. ${NAME_RULE}` })
  @Checked(NAME)
  model!: string;

  @Field(() => UploadScalar, { nullable: true, description: 'The file, as an upload; or give `path`.' })
  upload?: UploadPromise | null;

  @Field(() => String, { nullable: true, description: 'A file on the server, in an allowed folder.' })
  @Checked(text(1, 4096))
  path?: string | null;

  @Field(() => ID, { description: 'The dataset version on whose test split the model is measured.' })
  datasetVersionId!: string;

  @Field(() => [String], {
    nullable: true,
    description:
      'Class names in the order of the outputs. Default: the names in the file or, where it has none, the classes of the dataset version.',
  })
  @Checked(distinct(list(2, MOST_LABELS, text(1, 100))))
  labels?: string[] | null;
}
