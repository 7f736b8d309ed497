import { send } from '../../app/send';
import { graphql, type ResultOf } from '../../graphql';

const CLASSIFY = graphql(`
  mutation Classify($image: Upload!, $model: String!, $alias: String!) {
    classify(image: $image, model: $model, alias: $alias) {
      label confidence milliseconds modelVersion
      top { label probability }
    }
  }
`);
export type Answer = ResultOf<typeof CLASSIFY>['classify'];

/** Who answers. */
export interface Target {
  readonly model: string;
  readonly alias: string;
}

/** model@alias, as it stands in addresses and lists. */
export const nameOfTarget = ({ model, alias }: Target): string => `${model}@${alias}`;

/** @throws Refusal */
export async function classifyWith(
  { model, alias }: Target,
  photo: Blob,
  options: { readonly signal: AbortSignal; readonly onSent: (share: number) => void },
): Promise<Answer> {
  return (await send(CLASSIFY, { image: null, model, alias }, 'image', photo, options)).classify;
}
