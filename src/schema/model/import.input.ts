import { Field, ID, InputType } from 'type-graphql';
import { NAME_RULE } from '../../domain/names.js';
import { Checked, distinct, list, NAME, text } from '../checked.js';
import { type UploadPromise, UploadScalar } from '../upload.js';

const MOST_LABELS = 10_000;

@InputType({
  description:
    'A Keras model (.h5 or .keras) of InceptionV3 and a head, or what a hub exported as safetensors. Give one of upload and path.',
})
export class ImportModelVersionInput {
  @Field(() => String, { description: `The model; made when there is none of this name. ${NAME_RULE}` })
  @Checked(NAME)
  model!: string;

  @Field(() => UploadScalar, { nullable: true })
  upload?: UploadPromise | null;

  @Field(() => String, { nullable: true, description: 'A file on the server, in a folder it allows.' })
  @Checked(text(1, 4096))
  path?: string | null;

  @Field(() => ID, { description: 'On whose test split it is measured.' })
  datasetVersionId!: string;

  @Field(() => [String], {
    nullable: true,
    description:
      'What its outputs stand for, in order. Unless given, what the file says or, where it says nothing, the classes of the dataset version.',
  })
  @Checked(distinct(list(2, MOST_LABELS, text(1, 100))))
  labels?: string[] | null;
}
