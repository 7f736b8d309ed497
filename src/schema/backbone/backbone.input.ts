import { Field, InputType } from 'type-graphql';
import { Checked, NAME, text } from '../checked.js';

@InputType()
export class AddBackboneInput {
  @Field(() => String, {
    description:
      '"imagenet" downloads the weights that Keras-applications publishes; "tiny-imagenet" is bundled; any other name needs a path.',
  })
  @Checked(NAME)
  name!: string;

  @Field(() => String, {
    nullable: true,
    description: 'A Keras weight file (.h5, InceptionV3 without top) on the server, in a folder it allows.',
  })
  @Checked(text(1, 4096))
  path?: string | null;
}
