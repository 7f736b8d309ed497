import { send } from '../../app/send';
import { graphql, type ResultOf } from '../../graphql';
import type { Target } from '../../lib/target';

const CLASSIFY = graphql(`
  mutation Classify($image: Upload!, $model: String!, $alias: String! = "production", $version: Int) {
    classify(image: $image, model: $model, alias: $alias, version: $version, topK: 1000) {
      label confidence inDistribution milliseconds modelVersion precision runtime predictionId
      top { label probability }
    }
  }
`);
export type Answer = ResultOf<typeof CLASSIFY>['classify'];

/** @throws Refusal */
export async function classifyWith(
  target: Target,
  photo: Blob,
  options: { readonly signal: AbortSignal; readonly onSent: (share: number) => void },
): Promise<Answer> {
  return (await send(CLASSIFY, { image: null, ...target }, 'image', photo, options)).classify;
}
