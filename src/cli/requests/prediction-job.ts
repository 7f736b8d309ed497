import { graphql, type ResultOf } from '../graphql.js';

const JOB_FIELDS = graphql(`
  fragment PredictionJobFields on PredictionJob @_unmask {
    id state model version topK keepForReview kept photos refused share createdAt startedAt endedAt owner { name }
    source { kind name split }
    error { code message }
    downloads { format link }
  }
`);
export type PredictionJob = ResultOf<typeof JOB_FIELDS>;

export const START_PREDICTION = graphql(
  `
    mutation StartPrediction($input: StartPredictionInput!) {
      startPrediction(input: $input) { ...PredictionJobFields }
    }
  `,
  [JOB_FIELDS],
);

export const PREDICTION_JOB = graphql(
  `
    query PredictionJob($id: ID!) {
      predictionJob(id: $id) { ...PredictionJobFields }
    }
  `,
  [JOB_FIELDS],
);

export const PREDICTION_JOBS = graphql(
  `
    query PredictionJobs($first: Int!, $model: String) {
      predictionJobs(first: $first, model: $model) {
        pageInfo { hasNextPage endCursor }
        edges { node { ...PredictionJobFields } }
      }
    }
  `,
  [JOB_FIELDS],
);

export const CANCEL_PREDICTION = graphql(
  `
    mutation CancelPrediction($id: ID!) {
      cancelPrediction(id: $id) { ...PredictionJobFields }
    }
  `,
  [JOB_FIELDS],
);

export const DELETE_PREDICTION = graphql(`
  mutation DeletePrediction($id: ID!) {
    deletePrediction(id: $id)
  }
`);
