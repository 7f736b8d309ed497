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
    description:
      'Keras file of InceptionV3 in an allowed folder of the server: a model or its weights (.keras, .h5, .weights.h5), with or without its top.',
  })
  @Checked(text(1, 4096))
  path?: string | null;
}
