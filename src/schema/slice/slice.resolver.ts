import { Arg, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import type { SliceService } from '../../domain/slice/slice-service.js';
import type { Context } from '../context.js';
import { Needs } from '../permission.js';
import { SaveSliceInput } from './slice.input.js';
import { SavedSliceType } from './slice.type.js';

@Resolver(() => SavedSliceType)
export class SliceResolver {
  constructor(private readonly slices: SliceService) {}

  @Query(() => [SavedSliceType], { description: 'The saved slices, by dataset and name.' })
  @Needs('VIEWER')
  async savedSlices(
    @Arg('dataset', () => String, { nullable: true, description: 'Only those of this dataset; all by default.' })
    dataset?: string | null,
  ): Promise<SavedSliceType[]> {
    return this.slices.list(dataset ?? null);
  }

  @Mutation(() => SavedSliceType, {
    description:
      'Saves conditions on the images of a dataset under a name. A TRAINER replaces a slice that it saved, a MAINTAINER any. Refused where the gate of a model uses the name for other conditions.',
  })
  @Needs('TRAINER')
  async saveSlice(
    @Arg('input', () => SaveSliceInput, { description: 'The slice and its conditions.' })
    { dataset, name, conditions }: SaveSliceInput,
    @Ctx() { caller, actor }: Context,
  ): Promise<SavedSliceType> {
    return this.slices.save(dataset, name, conditions, { caller, actor });
  }

  @Mutation(() => Boolean, {
    description:
      'Deletes a saved slice. A TRAINER deletes what it saved, a MAINTAINER any. Refused while the gate of a model has a rule on it.',
  })
  @Needs('TRAINER')
  async deleteSlice(
    @Arg('dataset', () => String, { description: 'Name of the dataset.' }) dataset: string,
    @Arg('name', () => String, { description: 'Name of the slice.' }) name: string,
    @Ctx() { caller, actor }: Context,
  ): Promise<boolean> {
    await this.slices.delete(dataset, name, { caller, actor });
    return true;
  }
}
