import { Field, ID, InputType, Int, registerEnumType } from 'type-graphql';
import { ExaminationMode, type ExaminationRequest } from '../../domain/examination/examination.js';
import { Checked, NAME, number } from '../checked.js';

registerEnumType(ExaminationMode, {
  name: 'ExaminationMode',
  description: 'How an examination judges labels.',
  valuesConfig: {
    QUICK: { description: 'By regressions on features of the backbone.' },
    THOROUGH: {
      description:
        'Also by four networks, each fine-tuned on three quarters of the images: finds more, and takes many times as long.',
    },
  },
});

@InputType({ description: 'The dataset version to examine, and the backbone whose features are compared.' })
export class StartExaminationInput implements ExaminationRequest {
  @Field(() => ID, { description: 'The dataset version to examine.' })
  datasetVersionId!: string;

  @Field(() => String, { defaultValue: 'efficientnet-lite0', description: 'Name of a backbone.' })
  @Checked(NAME)
  backbone!: string;

  @Field(() => Int, {
    defaultValue: 128,
    description: 'Side in pixels of the image that the backbone sees, 32 to 600.',
  })
  @Checked(number(32, 600))
  imageSize!: number;

  @Field(() => ExaminationMode, { defaultValue: ExaminationMode.QUICK, description: 'How the labels are judged.' })
  mode!: ExaminationMode;
}
