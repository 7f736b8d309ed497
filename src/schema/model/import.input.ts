import { ArrayMaxSize, ArrayMinSize, ArrayUnique, IsOptional, Length, Matches } from 'class-validator';
import { Field, ID, InputType } from 'type-graphql';
import { NAME_PATTERN, NAME_RULE } from '../../domain/names.js';
import { type UploadPromise, UploadScalar } from '../upload.js';

const MOST_LABELS = 10_000;

@InputType({
  description:
    'A Keras model (.h5 or .keras) of InceptionV3 and a head, or what a hub exported as safetensors. Give one of upload and path.',
})
export class ImportModelVersionInput {
  @Field(() => String, { description: `The model; made when there is none of this name. ${NAME_RULE}` })
  @Matches(NAME_PATTERN, { message: NAME_RULE })
  model!: string;

  @Field(() => UploadScalar, { nullable: true })
  upload?: UploadPromise | null;

  @Field(() => String, { nullable: true, description: 'A file on the server, in a folder it allows.' })
  @IsOptional()
  @Length(1, 4096)
  path?: string | null;

  @Field(() => ID, { description: 'On whose test split it is measured.' })
  datasetVersionId!: string;

  @Field(() => [String], {
    nullable: true,
    description:
      'What its outputs stand for, in order. Unless given, what the file says or, where it says nothing, the classes of the dataset version.',
  })
  @IsOptional()
  @ArrayMinSize(2)
  @ArrayMaxSize(MOST_LABELS)
  @ArrayUnique()
  @Length(1, 100, { each: true })
  labels?: string[] | null;
}
