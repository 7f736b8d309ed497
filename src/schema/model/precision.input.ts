import { Min } from 'class-validator';
import { Field, InputType, Int } from 'type-graphql';
import { PrecisionChoice } from './version-serving.type.js';

@InputType()
export class SetServingPrecisionInput {
  @Field(() => String)
  model!: string;

  @Field(() => Int, { description: 'Number of the version.' })
  @Min(1)
  version!: number;

  @Field(() => PrecisionChoice)
  precision!: PrecisionChoice;
}
