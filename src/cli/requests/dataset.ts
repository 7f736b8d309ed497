import { graphql, type ResultOf } from '../graphql.js';

/** Fields of a dataset version that the terminal shows. */
export const VERSION_FIELDS = graphql(`
  fragment VersionFields on DatasetVersion @_unmask {
    id dataset number contentHash imageCount bytes width height classes source createdAt rejectedCount owner { name }
    splits { split images classes { label images } }
    rejected { name reason }
    statistics {
      mean deviation grey flat
      duplicates { exact near leaks labelConflicts }
      columns { name images valueCount values { value images } }
    }
    derivation { parents { dataset number } }
  }
`);
export type DatasetVersion = ResultOf<typeof VERSION_FIELDS>;

/** Versions, newest first. */
export const DATASET = graphql(
  `
    query Dataset($name: String!) {
      dataset(name: $name) {
        name description createdAt owner { name }
        versions { ...VersionFields }
      }
    }
  `,
  [VERSION_FIELDS],
);

/** Newest first. */
export const DATASET_VERSIONS = graphql(`
  query DatasetVersions($name: String!) {
    dataset(name: $name) {
      versions { id number }
    }
  }
`);

export const DATASETS = graphql(`
  query Datasets {
    datasets {
      name description createdAt
      versions { number imageCount classes }
    }
  }
`);

export const CREATE_DATASET = graphql(`
  mutation CreateDataset($name: String!, $description: String) {
    createDataset(input: { name: $name, description: $description }) { name description createdAt }
  }
`);

export const REGISTER = graphql(
  `
    mutation Register($input: RegisterDatasetVersionInput!) {
      registerDatasetVersion(input: $input) { ...VersionFields }
    }
  `,
  [VERSION_FIELDS],
);

export const INGESTION_PROGRESS = graphql(`
  subscription IngestionProgress($progressKey: ID!) {
    ingestionProgress(progressKey: $progressKey) { images bytes share ended }
  }
`);
export type IngestionProgress = ResultOf<typeof INGESTION_PROGRESS>['ingestionProgress'];

export const DERIVE = graphql(
  `
    mutation Derive($input: DeriveDatasetVersionInput!) {
      deriveDatasetVersion(input: $input) { ...VersionFields }
    }
  `,
  [VERSION_FIELDS],
);

const CHANGES = graphql(`
  fragment Changes on DatasetChanges @_unmask {
    total
    changes {
      before { name label split }
      after { name label split }
    }
  }
`);

export const DIFF = graphql(
  `
    query Diff($from: ID!, $to: ID!, $first: Int!) {
      diffDatasetVersions(from: $from, to: $to, page: { first: $first }) {
        unchanged
        added { ...Changes }
        removed { ...Changes }
        relabelled { ...Changes }
        moved { ...Changes }
      }
    }
  `,
  [CHANGES],
);

export const DELETE_VERSION = graphql(`
  mutation DeleteVersion($id: ID!) {
    deleteDatasetVersion(id: $id)
  }
`);

export const DELETE_DATASET = graphql(`
  mutation DeleteDataset($name: String!) {
    deleteDataset(name: $name)
  }
`);

/** Images that are similar to another one, as the terminal shows them. */
const SIMILAR_IMAGES = graphql(`
  fragment SimilarImages on SimilarImages @_unmask {
    backbone imageSize
    datasetVersion { dataset number }
    images { similarity image { row sha256 name label split } }
  }
`);

export const SIMILAR_TO_IMAGE = graphql(
  `
    query SimilarToImage($datasetVersionId: ID!, $row: Int!, $first: Int!, $split: Split) {
      similarImages(datasetVersionId: $datasetVersionId, row: $row, first: $first, split: $split) { ...SimilarImages }
    }
  `,
  [SIMILAR_IMAGES],
);

export const SIMILAR_TO_PREDICTION = graphql(
  `
    query SimilarToPrediction($id: ID!, $first: Int!, $split: Split) {
      similarToPrediction(id: $id, first: $first, split: $split) { ...SimilarImages }
    }
  `,
  [SIMILAR_IMAGES],
);
