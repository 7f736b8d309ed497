import { Field, Float, Int, ObjectType } from 'type-graphql';
import type { CalibrationFigures } from '../../training/job.js';

@ObjectType('Calibration', {
  description: 'How sure the answers of a version may be: fitted on validation images, measured on test images.',
})
export class CalibrationType implements Omit<CalibrationFigures, 'testAnswers'> {
  @Field(() => Float, {
    description: 'By which logits are divided. Above 1 the network was surer than it should be, below 1 less sure.',
  })
  temperature!: number;

  @Field(() => Float, {
    description: "Expected calibration error of the network's own probabilities: 0 to 1, in 15 bins.",
  })
  eceBefore!: number;

  @Field(() => Float, { description: 'Of the calibrated ones, which answers have.' })
  eceAfter!: number;

  @Field(() => Int)
  validationImages!: number;

  @Field(() => Int)
  testImages!: number;

  @Field(() => Boolean, {
    description:
      'Whether the run kept the validation images from training. If not, answers may seem surer than they are.',
  })
  heldOut!: boolean;

  @Field(() => Float, {
    description:
      'How far the features of a photo may lie from those of training images. `outlierScore` is in this unit.',
  })
  outlierDistance!: number;

  @Field(() => Float, { description: 'Share of the validation images that is taken for none of the classes.' })
  falseAlarmRate!: number;

  @Field(() => Float, { description: 'The same of the test images.' })
  testFalseAlarmRate!: number;
}
