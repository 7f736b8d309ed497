import { graphql, type ResultOf } from '../graphql.js';

export const CLASSIFY = graphql(`
  mutation Classify($image: Upload!, $model: String!, $alias: String!, $topK: Int!) {
    classify(image: $image, model: $model, alias: $alias, topK: $topK) {
      label confidence inDistribution milliseconds model modelVersion precision runtime
      top { label probability }
    }
  }
`);

export type Classification = ResultOf<typeof CLASSIFY>['classify'];

export const SERVING = graphql(`
  query Serving {
    deployments { model alias }
  }
`);
