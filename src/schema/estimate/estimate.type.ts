import { Field, Float, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { EstimateBasis, type RunEstimate } from '../../domain/estimate/run-estimate.js';

registerEnumType(EstimateBasis, {
  name: 'EstimateBasis',
  description: 'Origin of an estimate.',
  valuesConfig: {
    CALIBRATION: { description: 'A speed probe, a few passes of the run itself, because no run was similar.' },
    RUNS: { description: 'Similar runs that this hub has finished on this machine.' },
  },
});

@ObjectType('RunEstimate', { description: 'Expected cost of a run that does not stop early.' })
export class RunEstimateType implements RunEstimate {
  @Field(() => Float, { description: 'Expected duration of the run, in seconds.' })
  seconds!: number;

  @Field(() => Float, { description: 'Decoding and the frozen layers, for features that are not cached.' })
  featureSeconds!: number;

  @Field(() => Float, { description: 'Expected duration of all epochs, in seconds.' })
  trainingSeconds!: number;

  @Field(() => Float, { description: 'Expected duration of the evaluation on the test images, in seconds.' })
  evaluationSeconds!: number;

  @Field(() => Float, { description: 'Peak resident memory of the training process, in bytes.' })
  memoryBytes!: number;

  @Field(() => Int, { description: 'Number of images and variants whose features the run needs.' })
  pictures!: number;

  @Field(() => Int, { description: 'Number of `pictures` whose features are cached.' })
  cachedPictures!: number;

  @Field(() => Boolean, {
    description: 'Whether the features exceed the cache, so that every epoch computes them again.',
  })
  computedInEveryEpoch!: boolean;

  @Field(() => EstimateBasis, { description: 'What the estimate comes from.' })
  basis!: EstimateBasis;

  @Field(() => [ID], { description: 'The runs that the estimate is derived from.' })
  runs!: readonly string[];

  @Field(() => Float, { nullable: true, description: 'Duration of the speed probe, in seconds; null for RUNS.' })
  calibrationSeconds!: number | null;
}
