import { graphql } from '../graphql.js';

export const PREDICTIONS = graphql(`
  query Predictions($filter: PredictionFilter!, $first: Int!, $after: String) {
    predictions(filter: $filter, first: $first, after: $after) {
      pageInfo { hasNextPage endCursor }
      edges { node { id version at inputHash label confidence milliseconds precision runtime rightLabel rightBy } }
    }
  }
`);

export const TRAFFIC = graphql(`
  query Traffic($model: String!, $since: DateTime) {
    traffic(model: $model, since: $since) {
      version predictions
      feedback { judged right accuracy low high none }
      drift { verdict text classes { index chance } confidence { index chance } }
    }
  }
`);

export const GIVE_FEEDBACK = graphql(`
  mutation GiveFeedback($predictionId: ID!, $label: String, $showsNone: Boolean!) {
    giveFeedback(predictionId: $predictionId, label: $label, showsNone: $showsNone) { id label rightLabel showsNone }
  }
`);

export const TAKE_BACK_FEEDBACK = graphql(`
  mutation TakeBackFeedback($predictionId: ID!) {
    takeBackFeedback(predictionId: $predictionId) { id label rightLabel showsNone }
  }
`);

export const REVIEW_QUEUE = graphql(`
  query ReviewQueue($model: String!, $first: Int!, $differing: Boolean!) {
    reviewQueue(model: $model, first: $first, differing: $differing) {
      left
      agreement { photos agreed }
      reviews {
        score drift reservedBy
        prediction { id version label confidence margin outlierScore otherLabel rolloutLabel inputHash }
      }
    }
  }
`);

export const SET_PREDICTION_LOG = graphql(`
  mutation SetPredictionLog(
    $model: String!
    $sample: Float!
    $keepDays: Int!
    $keepPhotos: Boolean!
    $keepPhotosDays: Int
    $reason: String!
  ) {
    setPredictionLog(
      model: $model
      sample: $sample
      keepDays: $keepDays
      keepPhotos: $keepPhotos
      keepPhotosDays: $keepPhotosDays
      reason: $reason
    ) {
      name
      predictionLog { sample keepDays keepPhotos keepPhotosDays lost }
    }
  }
`);

export const DELETE_PHOTOS = graphql(`
  mutation DeletePhotos($photos: [ID!]!, $newVersions: Boolean!, $ignoreUnknown: Boolean!, $reason: String!) {
    deletePhotos(photos: $photos, newVersions: $newVersions, ignoreUnknown: $ignoreUnknown, reason: $reason) {
      photos { sha256 models answers judgments reservations skips wasKept }
      unknown
      datasetVersions { datasetVersion { id dataset number } photos isNewest runs sweeps modelVersions }
      newVersions { id dataset number imageCount }
      remains
    }
  }
`);

export const ADD_JUDGED_PHOTOS = graphql(`
  mutation AddJudgedPhotos($input: AddJudgedPhotosInput!) {
    addJudgedPhotos(input: $input) {
      datasetVersion { id dataset number imageCount }
      added present likeTest notKept showNone
    }
  }
`);
