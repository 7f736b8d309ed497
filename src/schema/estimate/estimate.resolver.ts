import { Arg, Query, Resolver } from 'type-graphql';
import type { EstimateService } from '../../domain/estimate/estimate-service.js';
import { StartExaminationInput } from '../examination/examination.input.js';
import { Needs } from '../permission.js';
import { StartFineTuneRunInput, StartTransferRunInput, toFineTuneRequest } from '../run/run.input.js';
import { RunEstimateType } from './estimate.type.js';

@Resolver()
export class EstimateResolver {
  constructor(private readonly estimates: EstimateService) {}

  @Query(() => RunEstimateType, {
    description: 'Expected cost of `startTransferRun`. The first request may take seconds, for a speed probe.',
  })
  @Needs('TRAINER')
  async estimateTransferRun(
    @Arg('input', () => StartTransferRunInput, { description: 'The data, the backbone and the settings.' })
    input: StartTransferRunInput,
  ): Promise<RunEstimateType> {
    return this.estimates.transfer(input);
  }

  @Query(() => RunEstimateType, {
    description: 'Expected cost of `startFineTuneRun`. The first request may take seconds, for a speed probe.',
  })
  @Needs('TRAINER')
  async estimateFineTuneRun(
    @Arg('input', () => StartFineTuneRunInput, { description: 'The run to continue from, and the settings.' })
    input: StartFineTuneRunInput,
  ): Promise<RunEstimateType> {
    return this.estimates.fineTune(toFineTuneRequest(input));
  }

  @Query(() => RunEstimateType, {
    description:
      'Expected cost of `startExamination`: features and networks, without the regressions. The first request may take seconds, for a speed probe.',
  })
  @Needs('TRAINER')
  async estimateExamination(
    @Arg('input', () => StartExaminationInput, { description: 'What to examine, and how.' })
    input: StartExaminationInput,
  ): Promise<RunEstimateType> {
    return this.estimates.examination(input);
  }
}
