import { Field, Float, ObjectType } from 'type-graphql';
import type { Answered } from '../../serving/answer.js';
import type { Explanation } from '../../serving/explanation.js';
import { ClassificationType, toClassification } from './classification.type.js';

@ObjectType('Explanation', { description: 'The answer about one photo, with the places that speak for a class.' })
export class ExplanationType {
  @Field(() => ClassificationType)
  classification!: ClassificationType;

  @Field(() => String, { description: 'The explained class.' })
  label!: string;

  @Field(() => [[Float]], {
    description: 'Grad-CAM of the square that the network saw, by row: how much a place raises the logit of the class.',
  })
  map!: number[][];

  @Field(() => String, { description: 'The map drawn over the photo: a PNG of 320 x 320 as a data URL.' })
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
