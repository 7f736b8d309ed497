import { Field, Float, Int, ObjectType } from 'type-graphql';
import type { StoredCalibration } from '../../domain/model/calibration-row.js';

@ObjectType('Calibration', {
  description: "Calibration of a version's probabilities: fitted on validation images, measured on test images.",
})
export class CalibrationType implements Omit<StoredCalibration, 'testAnswers'> {
  @Field(() => Float, {
    description: 'Divisor of the logits. Above 1 the network was overconfident, below 1 underconfident.',
  })
  temperature!: number;

  @Field(() => Float, {
    description: "Expected calibration error of the network's raw probabilities, 0 to 1, in 15 bins.",
  })
  eceBefore!: number;

  @Field(() => Float, {
    description: 'Expected calibration error of the calibrated probabilities, which answers contain.',
  })
  eceAfter!: number;

  @Field(() => Int, { description: 'Number of validation images it was fitted on.' })
  validationImages!: number;

  @Field(() => Int, { description: 'Number of test images it was measured on.' })
  testImages!: number;

  @Field(() => Boolean, {
    description:
      'Whether the run held the validation images out of training. If not, answers may be less certain than they seem.',
  })
  heldOut!: boolean;

  @Field(() => Float, {
    description:
      'Distance that the features of a photo may have from those of training images; the unit of `outlierScore`.',
  })
  outlierDistance!: number;

  @Field(() => Float, { description: 'Share of the validation images beyond `outlierDistance`.' })
  falseAlarmRate!: number;

  @Field(() => Float, { description: 'Share of the test images beyond `outlierDistance`.' })
  testFalseAlarmRate!: number;
}
