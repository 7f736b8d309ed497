import { Field, InputType } from 'type-graphql';
import { Checked, NAME, text } from '../checked.js';

@InputType({ description: 'The name of a backbone, and the file with its weights.' })
export class AddBackboneInput {
  @Field(() => String, {
    description:
      '"imagenet" downloads the weights published with Keras-applications. "tiny-imagenet-2" is bundled. Any other name requires a path.',
  })
  @Checked(NAME)
  name!: string;

  @Field(() => String, {
    nullable: true,
    description: 'Keras weight file (.h5, InceptionV3 without its top) in an allowed folder of the server.',
  })
  @Checked(text(1, 4096))
  path?: string | null;
}
