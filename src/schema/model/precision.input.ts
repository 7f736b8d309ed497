import { Field, InputType, Int } from 'type-graphql';
import { PrecisionChoice, RuntimeChoice } from '../../domain/model/precision.js';
import { Checked, number } from '../checked.js';

@InputType({ description: 'The precision and the runtime with which a version is to serve.' })
export class SetServingPrecisionInput {
  @Field(() => String, { description: 'Name of the model.' })
  model!: string;

  @Field(() => Int, { description: 'Number of the version.' })
  @Checked(number(1))
  version!: number;

  @Field(() => PrecisionChoice, { description: 'Precision to serve with; AUTO leaves the choice to measurements.' })
  precision!: PrecisionChoice;

  @Field(() => RuntimeChoice, {
    defaultValue: RuntimeChoice.AUTO,
    description: 'Runtime to serve with; AUTO leaves the choice to measurements.',
  })
  runtime!: RuntimeChoice;
}
