import { graphql, type ResultOf } from '../graphql.js';

const ESTIMATE_FIELDS = graphql(`
  fragment EstimateFields on RunEstimate @_unmask {
    seconds featureSeconds trainingSeconds evaluationSeconds memoryBytes
    pictures cachedPictures basis runs calibrationSeconds
  }
`);
export type Estimate = ResultOf<typeof ESTIMATE_FIELDS>;

export const ESTIMATE = graphql(
  `
    query Estimate($input: StartTransferRunInput!) {
      estimateTransferRun(input: $input) { ...EstimateFields }
    }
  `,
  [ESTIMATE_FIELDS],
);

export const ESTIMATE_EXAMINATION = graphql(
  `
    query EstimateExamination($input: StartExaminationInput!) {
      estimateExamination(input: $input) { ...EstimateFields }
    }
  `,
  [ESTIMATE_FIELDS],
);
