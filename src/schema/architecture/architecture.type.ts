import { Field, Int, ObjectType } from 'type-graphql';
import type { Architecture } from '../../domain/architecture/architecture.js';
import { FirstTrainedLayer } from '../../network/networks.js';
import { PipelineType } from '../recipe/recipe.type.js';

@ObjectType('Architecture', { description: 'The kind of network that a backbone is, and how it can be trained.' })
export class ArchitectureType implements Architecture {
  @Field(() => String, {
    description: 'Its family, with the width and the last block of a network that is not whole: "InceptionV3".',
  })
  name!: string;

  @Field(() => Int, { description: 'Side of the smallest image that it computes, in pixels.' })
  smallestImage!: number;

  @Field(() => Int, {
    description:
      'Side in pixels at which it learns small images best for its time, as measured on CIFAR-10. Recipes have 75 unless `imageSize` is given.',
  })
  suggestedImageSize!: number;

  @Field(() => String, { description: 'Formula applied to pixels before the first layer.' })
  preprocessing!: string;

  @Field(() => Int, { description: 'Number of features that a head reads.' })
  features!: number;

  @Field(() => [FirstTrainedLayer], { description: 'The layers after which fine-tuning can start, in order.' })
  firstTrainedLayers!: readonly FirstTrainedLayer[];

  @Field(() => FirstTrainedLayer, { description: 'The one after which it starts by default.' })
  fineTuneFrom!: FirstTrainedLayer;

  @Field(() => [PipelineType], {
    description: 'The chains of runs, with the first trained layers of this architecture.',
  })
  pipelines!: readonly PipelineType[];
}
