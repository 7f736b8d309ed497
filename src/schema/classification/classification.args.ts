import { ArgsType, Field, Int } from 'type-graphql';
import { PRODUCTION } from '../../domain/model/gate.js';
import { BOUNDS } from '../../limits.js';
import { TOP_LIMIT } from '../../serving/classification-bounds.js';
import type { Target } from '../../serving/deployments.js';
import { Checked, list, number, text } from '../checked.js';
import { type UploadPromise, UploadScalar } from '../upload.js';

/** The version to ask about photos, and how much of the answer to list. */
@ArgsType()
export class QuestionArgs {
  @Field(() => String, { description: 'Name of the model.' })
  model!: string;

  @Field(() => String, { defaultValue: PRODUCTION, description: 'Alias whose version answers.' })
  alias!: string;

  @Field(() => Int, {
    nullable: true,
    description: 'Number of a version to ask instead of the alias. It is loaded if necessary.',
  })
  @Checked(number(1))
  version?: number | null;

  @Field(() => Int, { defaultValue: 5, description: `Number of classes to list, 1 to ${TOP_LIMIT}.` })
  @Checked(number(1, TOP_LIMIT))
  topK!: number;

  @Field(() => String, {
    nullable: true,
    description:
      'Key of the caller, 1 to 200 characters. During a rollout the same version answers all requests with the same key.',
  })
  @Checked(text(1, 200))
  key?: string | null;

  get target(): Target {
    return typeof this.version === 'number' ? { version: this.version } : { alias: this.alias };
  }
}

/** The same for several photos. */
@ArgsType()
export class ManyPhotosArgs extends QuestionArgs {
  @Field(() => [UploadScalar], { description: `At most ${BOUNDS.formFiles.value} photos.` })
  @Checked(list(0, BOUNDS.formFiles.value))
  images!: UploadPromise[];
}

/** The same for one photo, and the class to explain. */
@ArgsType()
export class ExplanationArgs extends QuestionArgs {
  @Field(() => String, {
    nullable: true,
    description: 'Class to explain; the most probable one by default.',
  })
  label?: string | null;
}
