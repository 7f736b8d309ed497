import { graphql } from '../../graphql';

export const CREATE_DATASET = graphql(`
  mutation CreateDataset($input: CreateDatasetInput!) {
    createDataset(input: $input) { id name }
  }
`);

/** One request, so that nothing is left half done when the page is closed. */
export const REGISTER_VERSION = graphql(`
  mutation RegisterVersion($input: RegisterDatasetVersionInput!, $dataset: String!, $create: Boolean!) {
    createDataset(input: { name: $dataset }) @include(if: $create) { id name }
    registerDatasetVersion(input: $input) { id dataset number imageCount rejectedCount }
  }
`);

export const CANCEL_INGESTION = graphql(`
  mutation CancelIngestion($progressKey: ID!) {
    cancelIngestion(progressKey: $progressKey)
  }
`);

export const VERSIONS = graphql(`
  query VersionsBefore($dataset: String!) {
    dataset(name: $dataset) { id versions { id } }
  }
`);
