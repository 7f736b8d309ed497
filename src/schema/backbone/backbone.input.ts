import { IsOptional, Length, Matches } from 'class-validator';
import { Field, InputType } from 'type-graphql';
import { NAME_PATTERN, NAME_RULE } from '../../domain/names.js';

@InputType()
export class AddBackboneInput {
  @Field(() => String, {
    description:
      '"imagenet" downloads the weights that Keras-applications publishes; "tiny-imagenet" is bundled; any other name needs a path.',
  })
  @Matches(NAME_PATTERN, { message: NAME_RULE })
  name!: string;

  @Field(() => String, {
    nullable: true,
    description: 'A Keras weight file (.h5, InceptionV3 without top) on the server, in a folder it allows.',
  })
  @IsOptional()
  @Length(1, 4096)
  path?: string | null;
}
