import { graphql } from '../../graphql';

export const CREATE_DATASET = graphql(`
  mutation CreateDataset($input: CreateDatasetInput!) {
    createDataset(input: $input) { id name }
  }
`);

export const REGISTER_VERSION = graphql(`
  mutation RegisterVersion($input: RegisterDatasetVersionInput!) {
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
