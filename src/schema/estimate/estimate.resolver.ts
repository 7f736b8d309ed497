import { Arg, Query, Resolver } from 'type-graphql';
import type { EstimateService } from '../../domain/estimate/estimate-service.js';
import { Needs } from '../permission.js';
import { StartFineTuneRunInput, StartTransferRunInput } from '../run/run.input.js';
import { RunEstimateType } from './estimate.type.js';

@Resolver()
export class EstimateResolver {
  constructor(private readonly estimates: EstimateService) {}

  @Query(() => RunEstimateType, {
    description: 'What `startTransferRun` would take. May measure for some seconds when it is asked first.',
  })
  @Needs('TRAINER')
  async estimateTransferRun(
    @Arg('input', () => StartTransferRunInput) { recipe, ...input }: StartTransferRunInput,
  ): Promise<RunEstimateType> {
    return this.estimates.transfer({ ...input, recipe: { ...recipe } });
  }

  @Query(() => RunEstimateType, {
    description: 'What `startFineTuneRun` would take. May measure for some seconds when it is asked first.',
  })
  @Needs('TRAINER')
  async estimateFineTuneRun(
    @Arg('input', () => StartFineTuneRunInput) { parentRunId, fineTuneFrom, ...recipe }: StartFineTuneRunInput,
  ): Promise<RunEstimateType> {
    return this.estimates.fineTune(parentRunId, { ...recipe, splitLayer: fineTuneFrom });
  }
}
