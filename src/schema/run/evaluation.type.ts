import { Field, Float, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { ConfidenceBin } from '../../calibration/calibration-error.js';
import type {
  EvaluationCurves,
  LabeledCurves,
  Reliability,
  RunEvaluation,
  SavedSliceResult,
} from '../../domain/run/evaluation.js';
import { type EvaluationSlice, SliceKind, type SliceMistake } from '../../domain/run/evaluation-slices.js';
import type { Curve } from '../../training/threshold-curves.js';

@ObjectType('ConfidenceBin', {
  description: 'Test images by the probability of their predicted class: above `from`, up to `to`.',
})
export class ConfidenceBinType implements ConfidenceBin {
  @Field(() => Float, { description: 'Lower bound of the bin, 0 to 1.' })
  from!: number;

  @Field(() => Float, { description: 'Upper bound of the bin, 0 to 1.' })
  to!: number;

  @Field(() => Int, { description: 'Number of test images whose confidence is in the bin.' })
  images!: number;

  @Field(() => Int, { description: 'How many of them are predicted right.' })
  correct!: number;

  @Field(() => Float, {
    nullable: true,
    description: 'Mean probability of the predicted class; null without images.',
  })
  meanConfidence!: number | null;
}

@ObjectType('Reliability', {
  description: 'Confidence and accuracy of the test images. Of a calibrated network, the two agree in every bin.',
})
export class ReliabilityType implements Reliability {
  @Field(() => Float, {
    description:
      'Expected calibration error, from 0 to 1: the mean over bins, weighted by images, of the difference between accuracy and mean confidence (Guo et al., 2017).',
  })
  calibrationError!: number;

  @Field(() => [ConfidenceBinType], { description: '15 equally wide bins, in order.' })
  bins!: readonly ConfidenceBinType[];
}

@ObjectType('Curve', { description: 'Places of a curve, in the order of falling thresholds. At most 200.' })
export class CurveType implements Curve {
  @Field(() => [Float], { description: 'Horizontal coordinates, 0 to 1.' })
  x!: readonly number[];

  @Field(() => [Float], { description: 'As many as `x`.' })
  y!: readonly number[];
}

@ObjectType('ClassCurves', {
  description: 'How well the probability of one class tells its test images from the others (one-versus-rest).',
})
export class ClassCurvesType implements LabeledCurves {
  @Field(() => String, { description: 'Name of the class.' })
  label!: string;

  @Field(() => Int, { description: 'Number of test images of this class.' })
  images!: number;

  @Field(() => Float, {
    nullable: true,
    description: 'Area under the ROC curve; 0.5 for guessing. Null when all test images, or none, are of the class.',
  })
  rocArea!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Sum over thresholds of the step in recall times precision. Null when no test image is of the class.',
  })
  averagePrecision!: number | null;

  @Field(() => CurveType, { nullable: true, description: 'x: false positive rate; y: true positive rate.' })
  roc!: CurveType | null;

  @Field(() => CurveType, {
    nullable: true,
    description: 'x: recall; y: precision. It begins at recall 0 with precision 1.',
  })
  precisionRecall!: CurveType | null;
}

@ObjectType('EvaluationCurves', { description: 'Curves over all thresholds, class by class.' })
export class EvaluationCurvesType implements EvaluationCurves {
  @Field(() => Float, { nullable: true, description: 'Unweighted mean over the classes that have an area.' })
  macroRocArea!: number | null;

  @Field(() => Float, { nullable: true, description: 'Unweighted mean over the classes with test images.' })
  macroAveragePrecision!: number | null;

  @Field(() => CurveType, {
    nullable: true,
    description: 'Mean true positive rate (y) of the classes at each false positive rate (x).',
  })
  macroRoc!: CurveType | null;

  classes!: readonly ClassCurvesType[];
}

registerEnumType(SliceKind, {
  name: 'SliceKind',
  description: 'What the test images of a slice have in common.',
  valuesConfig: {
    CLASS: { description: 'Their class.' },
    SIZE: { description: 'Their shorter side: about a quarter of the test images each.' },
    BRIGHTNESS: { description: 'Their mean brightness: about a quarter of the test images each.' },
    DUPLICATE: { description: 'They look like, or are equal to, a training image, or another test image.' },
    COLUMN: {
      description:
        'Their value of a further column of the table of labels: each of the 20 most frequent values, or quarters of a column with more values that are all numbers.',
    },
    SOURCE: { description: 'Where they come from, in a version that was merged from several ones.' },
    SAVED: { description: 'They meet the conditions of a saved slice.' },
  },
});

@ObjectType('SliceMistake', { description: 'Test images of a slice that are taken for another class.' })
class SliceMistakeType implements SliceMistake {
  @Field(() => String, { description: 'Class of the images.' })
  trueClass!: string;

  @Field(() => String, { description: 'Class that they are taken for.' })
  predictedClass!: string;

  @Field(() => Int, { description: 'Number of these images.' })
  images!: number;
}

@ObjectType('EvaluationSlice', {
  description: 'Test images that have something in common, and how the run answers them.',
})
export class EvaluationSliceType implements EvaluationSlice {
  @Field(() => SliceKind, { description: 'What the images have in common.' })
  kind!: SliceKind;

  @Field(() => String, {
    description: 'The slice in words, such as "shorter side 32 to 120 pixels" or "camera = north"; or the class.',
  })
  name!: string;

  @Field(() => Int, { description: 'Number of test images.' })
  images!: number;

  @Field(() => Int, { description: 'How many of them are predicted right.' })
  correct!: number;

  @Field(() => Float, { description: 'Share of the images that are predicted right, 0 to 1.' })
  accuracy!: number;

  @Field(() => Float, { description: 'Lower end of the 95% interval of the accuracy (Wilson).' })
  low!: number;

  @Field(() => Float, { description: 'Upper end of the 95% interval.' })
  high!: number;

  @Field(() => Float, {
    nullable: true,
    description:
      'Mean probability of the predicted class, which is near `accuracy` in a calibrated network. Null for a temperature other than 1 when the probabilities of all classes are not recorded.',
  })
  meanConfidence!: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'Expected calibration error, 0 to 1, as in `Reliability`; of few images it is too high. Null where `meanConfidence` is.',
  })
  calibrationError!: number | null;

  @Field(() => Float, { description: 'Accuracy less that of all other test images, -1 to 1.' })
  difference!: number;

  @Field(() => Float, {
    description:
      'The difference in standard errors (Agresti and Caffo, 2000). By chance alone one slice in twenty is beyond 2 or -2.',
  })
  deviation!: number;

  @Field(() => SliceMistakeType, { nullable: true, description: 'The most frequent mistake; null without one.' })
  mistake!: SliceMistakeType | null;
}

@ObjectType('SavedSliceResult', { description: 'How a run answers the test images of a saved slice.' })
export class SavedSliceResultType implements SavedSliceResult {
  @Field(() => String, { description: 'Name of the slice.' })
  name!: string;

  @Field(() => String, { description: 'Its conditions, in words.' })
  text!: string;

  @Field(() => EvaluationSliceType, {
    nullable: true,
    description: 'Null without test images in the slice, and where `missing` says why it is not known.',
  })
  result!: EvaluationSlice | null;

  @Field(() => String, {
    nullable: true,
    description: 'Why it is not known, such as a column that the dataset version does not have.',
  })
  missing!: string | null;
}

@ObjectType('RunEvaluation', { description: 'How a run answers its test images, beyond the confusion matrix.' })
export class RunEvaluationType implements RunEvaluation {
  @Field(() => Int, { description: 'Number of test images.' })
  images!: number;

  @Field(() => ReliabilityType, {
    nullable: true,
    description: 'Null for a temperature other than 1 when the probabilities of all classes are not recorded.',
  })
  reliability!: ReliabilityType | null;

  @Field(() => EvaluationCurvesType, { nullable: true, description: 'Null when `missing` says why.' })
  curves!: EvaluationCurvesType | null;

  @Field(() => String, { nullable: true, description: 'Why there are no curves.' })
  missing!: string | null;

  slices!: RunEvaluation['slices'];

  savedSlices!: RunEvaluation['savedSlices'];
}
