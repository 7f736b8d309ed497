import { Field, InputType } from 'type-graphql';
import { Checked, NAME, text } from '../checked.js';
import { type UploadPromise, UploadScalar } from '../upload.js';

@InputType({ description: 'The name of a backbone, and the file with its weights.' })
export class AddBackboneInput {
  @Field(() => String, {
    description:
      '"imagenet" downloads the weights published with Keras-applications. "tiny-imagenet-2" and "efficientnet-lite0" are bundled. Any other name requires a path or an upload.',
  })
  @Checked(NAME)
  name!: string;

  @Field(() => String, {
    nullable: true,
    description:
      'File in an allowed folder of the server: of Keras, InceptionV3 or its weights (.keras, .h5, .weights.h5); or safetensors with the weights of EfficientNet-Lite0 as PyTorch names them. With or without a top.',
  })
  @Checked(text(1, 4096))
  path?: string | null;

  @Field(() => UploadScalar, { nullable: true, description: 'The same file, sent instead of a path.' })
  upload?: UploadPromise | null;
}
