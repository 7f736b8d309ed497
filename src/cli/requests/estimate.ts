import { graphql, type ResultOf } from '../graphql.js';

export const ESTIMATE = graphql(`
  query Estimate($input: StartTransferRunInput!) {
    estimateTransferRun(input: $input) {
      seconds featureSeconds trainingSeconds evaluationSeconds memoryBytes
      pictures cachedPictures basis runs calibrationSeconds
    }
  }
`);
export type Estimate = ResultOf<typeof ESTIMATE>['estimateTransferRun'];
