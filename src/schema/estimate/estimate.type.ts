import { Field, Float, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { EstimateBasis, type RunEstimate } from '../../domain/estimate/run-estimate.js';

registerEnumType(EstimateBasis, {
  name: 'EstimateBasis',
  description:
    'From what an estimate is derived: from runs that this hub has finished on this machine, or, where none is like it, from some passes of the run itself, made now and kept.',
});

@ObjectType('RunEstimate', { description: 'What a run would take if no epoch is saved by stopping early.' })
export class RunEstimateType implements RunEstimate {
  @Field(() => Float, { description: 'In all.' })
  seconds!: number;

  @Field(() => Float, { description: 'Decoding and the frozen network, for what is not cached.' })
  featureSeconds!: number;

  @Field(() => Float)
  trainingSeconds!: number;

  @Field(() => Float)
  evaluationSeconds!: number;

  @Field(() => Float, { description: 'Resident memory of the training process at its largest, in bytes.' })
  memoryBytes!: number;

  @Field(() => Int, { description: 'Whose features the run needs: images, and their variants.' })
  pictures!: number;

  @Field(() => Int, { description: 'Of these, those whose features are cached.' })
  cachedPictures!: number;

  @Field(() => Boolean, {
    description: 'Whether the features are too many for the cache, and computed in every epoch.',
  })
  computedInEveryEpoch!: boolean;

  @Field(() => EstimateBasis)
  basis!: EstimateBasis;

  @Field(() => [ID], { description: 'The runs that it is derived from.' })
  runs!: readonly string[];

  @Field(() => Float, { nullable: true, description: 'How long the measuring took; null where it is from runs.' })
  calibrationSeconds!: number | null;
}
