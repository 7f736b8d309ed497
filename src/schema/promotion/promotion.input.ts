import { ArgsType, Field, ID, InputType, Int } from 'type-graphql';
import { PRODUCTION } from '../../domain/model/gate.js';
import { NAME_RULE } from '../../domain/names.js';
import { Checked, NAME, number } from '../checked.js';
import { Reason } from '../reason.field.js';

@InputType({ description: 'The version to promote, and the alias to move.' })
export class PromoteModelVersionInput {
  @Field(() => String, { description: 'Name of the model.' })
  model!: string;

  @Field(() => Int, { description: 'Number of the version.' })
  @Checked(number(1))
  version!: number;

  @Field(() => String, { defaultValue: PRODUCTION, description: NAME_RULE })
  @Checked(NAME)
  alias!: string;

  @Reason()
  reason!: string;

  @Field(() => Int, {
    nullable: true,
    description:
      'Number of the version that you expect the alias to point to, 0 for none. The move is refused if the alias has moved since.',
  })
  @Checked(number(0))
  expectedVersion?: number | null;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Move the alias although the gate refuses. The move records it.',
  })
  overrideGate!: boolean;

  @Field(() => Boolean, {
    defaultValue: false,
    description:
      'Promote the version even if it is not ready. It then serves 32-bit floats, also after its 8-bit form is measured.',
  })
  now!: boolean;
}

@InputType({ description: 'The alias to move back.' })
export class RollBackInput {
  @Field(() => String, { description: 'Name of the model.' })
  model!: string;

  @Field(() => String, { defaultValue: PRODUCTION, description: 'Name of the alias.' })
  alias!: string;

  @Reason()
  reason!: string;

  @Field(() => Int, {
    nullable: true,
    description:
      'Number of the version that you expect the alias to point to, 0 for none. The move is refused if the alias has moved since.',
  })
  @Checked(number(0))
  expectedVersion?: number | null;
}

@InputType({ description: 'The alias to remove.' })
export class RemoveAliasInput {
  @Field(() => String, { description: 'Name of the model.' })
  model!: string;

  @Field(() => String, { description: 'Name of the alias to remove.' })
  alias!: string;

  @Reason()
  reason!: string;

  @Field(() => Int, {
    nullable: true,
    description:
      'Number of the version that you expect the alias to point to. The removal is refused if the alias has moved since.',
  })
  @Checked(number(1))
  expectedVersion?: number | null;
}

@ArgsType()
export class CheckPromotionArgs {
  @Field(() => String, { description: 'Name of the model.' })
  model!: string;

  @Field(() => Int, { description: 'Number of the version.' })
  version!: number;

  @Field(() => String, { defaultValue: PRODUCTION, description: 'Name of the alias.' })
  alias!: string;
}

@ArgsType()
export class DecisionArgs {
  @Field(() => ID, { description: 'Id of the request.' })
  id!: string;

  @Reason()
  reason!: string;
}
