import { graphql, type ResultOf } from '../graphql.js';

/** Fields of a model version that the terminal shows. */
const MODEL_VERSION_FIELDS = graphql(`
  fragment ModelVersionFields on ModelVersion @_unmask {
    id model number aliases archivedAt testAccuracy testLoss runId imageSize labels createdAt owner { name }
    datasetVersion { id dataset number }
    backbone { name architecture }
    head
    calibration { temperature eceBefore eceAfter }
    notCalibrated
    serving {
      state readyAt precision runtime calibrated reason choice runtimeChoice chosenBy chosenAt
      fp32Accuracy int8Accuracy fp32Milliseconds int8Milliseconds measuredOn measuredAt
      forms { precision runtime accuracy milliseconds }
    }
  }
`);
export type ModelVersion = ResultOf<typeof MODEL_VERSION_FIELDS>;

/** Versions and events, newest first. */
export const MODEL = graphql(
  `
    query Model($name: String!, $archived: Boolean!) {
      model(name: $name) {
        name createdAt archivedAt
        versions(archived: $archived) { ...ModelVersionFields }
        aliases { name movedAt version { number } }
        aliasEvents { alias rollback from to actor reason overridden precision runtime calibrated createdAt gate { rule passed detail } }
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
  query Models($archived: Boolean!) {
    models(archived: $archived) {
      name createdAt archivedAt
      versions(archived: $archived) { number testAccuracy }
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

export const REMOVE_ALIAS = graphql(
  `
    mutation RemoveAlias($input: RemoveAliasInput!) {
      removeAlias(input: $input) { ...ModelVersionFields }
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

export const ARCHIVE_VERSION = graphql(`
  mutation ArchiveVersion($model: String!, $version: Int!) {
    archiveModelVersion(model: $model, version: $version) { model number archivedAt }
  }
`);

export const UNARCHIVE_VERSION = graphql(`
  mutation UnarchiveVersion($model: String!, $version: Int!) {
    unarchiveModelVersion(model: $model, version: $version) { model number archivedAt }
  }
`);

export const DELETE_VERSION = graphql(`
  mutation DeleteModelVersion($model: String!, $version: Int!) {
    deleteModelVersion(model: $model, version: $version)
  }
`);

export const ARCHIVE_MODEL = graphql(`
  mutation ArchiveModel($model: String!) {
    archiveModel(model: $model) { name archivedAt }
  }
`);

export const UNARCHIVE_MODEL = graphql(`
  mutation UnarchiveModel($model: String!) {
    unarchiveModel(model: $model) { name archivedAt }
  }
`);

export const DELETE_MODEL = graphql(`
  mutation DeleteModel($model: String!) {
    deleteModel(model: $model)
  }
`);
