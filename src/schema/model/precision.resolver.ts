import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { PrecisionService } from '../../domain/model/precision-service.js';
import { modelIn } from '../../domain/permission.js';
import type { Context } from '../context.js';
import { Needs } from '../permission.js';
import { ModelVersionType } from './model.type.js';
import { SetServingPrecisionInput } from './precision.input.js';

@Resolver()
export class PrecisionResolver {
  constructor(private readonly precisions: PrecisionService) {}

  @Mutation(() => ModelVersionType, {
    description:
      'Pins the form in which a version serves, or lets the figures decide. A version that serves is switched once the form is loaded and warm.',
  })
  @Needs('MAINTAINER', modelIn('input.model'))
  async setServingPrecision(
    @Arg('input', () => SetServingPrecisionInput, { description: 'The version, and the form to serve it with.' }) {
      model,
      version,
      precision,
      runtime,
    }: SetServingPrecisionInput,
    @Ctx() { actor }: Context,
  ): Promise<ModelVersionType> {
    return this.precisions.choose(model, version, { choice: precision, runtimeChoice: runtime }, actor);
  }
}
