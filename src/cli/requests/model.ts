import { graphql, type ResultOf } from '../graphql.js';

/** Fields of a model version that the terminal shows. */
const MODEL_VERSION_FIELDS = graphql(`
  fragment ModelVersionFields on ModelVersion @_unmask {
    id model number aliases testAccuracy testLoss runId imageSize labels createdAt
    datasetVersion { id dataset number }
    backbone { name }
    calibration { temperature eceBefore eceAfter }
    notCalibrated
    serving {
      state precision reason choice chosenBy chosenAt
      fp32Accuracy int8Accuracy fp32Milliseconds int8Milliseconds measuredOn measuredAt
    }
  }
`);
export type ModelVersion = ResultOf<typeof MODEL_VERSION_FIELDS>;

/** Versions and events, newest first. */
export const MODEL = graphql(
  `
    query Model($name: String!) {
      model(name: $name) {
        name createdAt
        versions { ...ModelVersionFields }
        aliases { name movedAt version { number } }
        aliasEvents { alias from to actor reason overridden createdAt gate { rule passed detail } }
      }
    }
  `,
  [MODEL_VERSION_FIELDS],
);

export const PROMOTE = graphql(
  `
    mutation Promote($input: PromoteModelVersionInput!) {
      promoteModelVersion(input: $input) { ...ModelVersionFields }
    }
  `,
  [MODEL_VERSION_FIELDS],
);

export const MODELS = graphql(`
  query Models {
    models {
      name createdAt
      versions { number testAccuracy }
      aliases { name version { number } }
    }
  }
`);

export const REGISTER_MODEL_VERSION = graphql(
  `
    mutation RegisterModelVersion($runId: ID!, $model: String!) {
      registerModelVersion(input: { runId: $runId, model: $model }) { ...ModelVersionFields }
    }
  `,
  [MODEL_VERSION_FIELDS],
);

export const ROLL_BACK = graphql(
  `
    mutation RollBack($input: RollBackInput!) {
      rollBack(input: $input) { ...ModelVersionFields }
    }
  `,
  [MODEL_VERSION_FIELDS],
);

export const SET_SERVING_PRECISION = graphql(
  `
    mutation SetServingPrecision($input: SetServingPrecisionInput!) {
      setServingPrecision(input: $input) { ...ModelVersionFields }
    }
  `,
  [MODEL_VERSION_FIELDS],
);
