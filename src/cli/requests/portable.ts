import { graphql, type ResultOf } from '../graphql.js';

const MODEL_IMPORT_FIELDS = graphql(`
  fragment ModelImportFields on ModelImport @_unmask {
    id state model version fileName sha256 bytes datasetVersionId notes actor createdAt endedAt
    error { code message }
  }
`);
export type ModelImport = ResultOf<typeof MODEL_IMPORT_FIELDS>;

export const IMPORT_MODEL_VERSION = graphql(
  `
    mutation ImportModelVersion($input: ImportModelVersionInput!) {
      importModelVersion(input: $input) { ...ModelImportFields }
    }
  `,
  [MODEL_IMPORT_FIELDS],
);

export const MODEL_IMPORTS = graphql(
  `
    query ModelImports($model: String!) {
      modelImports(model: $model) { ...ModelImportFields }
    }
  `,
  [MODEL_IMPORT_FIELDS],
);

export const DELETE_MODEL_IMPORT = graphql(`
  mutation DeleteModelImport($model: String!, $id: ID!) {
    deleteModelImport(model: $model, id: $id)
  }
`);
