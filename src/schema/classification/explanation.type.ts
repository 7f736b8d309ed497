import { Field, Float, ObjectType } from 'type-graphql';
import type { Answered } from '../../serving/answer.js';
import type { Explanation } from '../../serving/explanation.js';
import { ClassificationType } from './classification.type.js';
import { toClassification } from './to-classification.js';

@ObjectType('Explanation', {
  description: 'The answer about one photo, with a heat map of the regions that support a class.',
})
export class ExplanationType {
  @Field(() => ClassificationType, { description: 'The answer that the map explains.' })
  classification!: ClassificationType;

  @Field(() => String, { description: 'The explained class.' })
  label!: string;

  @Field(() => [[Float]], {
    description:
      'Grad-CAM over the square that the network saw, by row: how much each cell raises the logit of the class.',
  })
  map!: number[][];

  @Field(() => String, { description: 'The map drawn over the photo, as a data URL of a PNG of 320 x 320 pixels.' })
  heatMap!: string;
}

export function toExplanation(answered: Answered & { readonly explanation: Explanation }): ExplanationType {
  const { label, places, side, heatMap } = answered.explanation;
  return {
    classification: toClassification(answered),
    label,
    map: Array.from({ length: side }, (_, row) => [...places.subarray(row * side, (row + 1) * side)]),
    heatMap: `data:image/png;base64,${heatMap.toString('base64')}`,
  };
}
