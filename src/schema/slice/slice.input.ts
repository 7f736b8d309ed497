import { Field, Float, InputType } from 'type-graphql';
import { NAME_RULE } from '../../domain/names.js';
import { SliceKind } from '../../domain/run/evaluation-slices.js';
import { Checked, list, NAME, text } from '../checked.js';

@InputType({ description: 'What the images of a slice have in common.' })
class SliceConditionInput {
  @Field(() => SliceKind, {
    description:
      'What it looks at: CLASS and SOURCE have `values`, SIZE and BRIGHTNESS `from` or `to`, COLUMN has `column` and one of both, DUPLICATE (it looks like a training image) has none. Not SAVED.',
  })
  kind!: SliceKind;

  @Field(() => String, { nullable: true, description: 'Name of the column of COLUMN.' })
  @Checked(text(1, 100))
  column?: string | null;

  @Field(() => [String], { nullable: true, description: 'One of these, 1 to 20, each of at most 200 characters.' })
  @Checked(list(1, 20, text(1, 200)))
  values?: string[] | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Smallest shorter side in pixels, brightness of 255, or number in a column; no limit by default.',
  })
  from?: number | null;

  @Field(() => Float, { nullable: true, description: 'Largest one; no limit by default.' })
  to?: number | null;
}

@InputType({ description: 'A slice to save.' })
export class SaveSliceInput {
  @Field(() => String, { description: 'Name of the dataset.' })
  @Checked(text(1, 100))
  dataset!: string;

  @Field(() => String, { description: `The slice; one with this name is replaced. ${NAME_RULE}` })
  @Checked(NAME)
  name!: string;

  @Field(() => [SliceConditionInput], {
    description: 'An image is in the slice if it meets all of them; 1 to 10, one of each kind and one for each column.',
  })
  @Checked(list(1, 10))
  conditions!: SliceConditionInput[];
}
