import { ArgsType, Field, ID, InputType } from 'type-graphql';
import { NAME_RULE } from '../../domain/names.js';
import { FirstTrainedLayer } from '../../network/networks.js';
import { Checked, list, NAME } from '../checked.js';
import { RunName, RunNote } from './label.field.js';
import { RecipeInputType } from './run.input.js';

const TAGS = 20;
const TAGS_RULE = `A run has at most ${TAGS} tags.`;

@InputType({ description: 'Fields that are left out have the values of the cloned run.' })
export class CloneRunInput {
  @Field(() => ID, { description: 'Id of the run to copy.' })
  id!: string;

  @Field(() => RecipeInputType, { nullable: true, description: 'Settings that differ from those of the run.' })
  recipe?: RecipeInputType | null;

  @Field(() => FirstTrainedLayer, {
    nullable: true,
    description: 'Layer after which everything trains; for FINE_TUNE runs only.',
  })
  fineTuneFrom?: FirstTrainedLayer | null;

  @RunName('A copy has no name unless it is given one.')
  name?: string | null;

  @RunNote()
  note?: string | null;
}

@InputType({ description: 'The new name or note of a run; null removes it. Fields that are left out stay.' })
export class UpdateRunInput {
  @Field(() => ID, { description: 'Id of the run.' })
  id!: string;

  @RunName()
  name?: string | null;

  @RunNote()
  note?: string | null;
}

@ArgsType()
export class TagRunArgs {
  @Field(() => ID, { description: 'Id of the run.' })
  id!: string;

  @Field(() => [String], { description: `The complete new list. ${TAGS_RULE} ${NAME_RULE}` })
  @Checked(list(0, TAGS, NAME))
  tags!: string[];
}
