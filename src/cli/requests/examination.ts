import { graphql, type ResultOf } from '../graphql.js';
import { VERSION_FIELDS } from './dataset.js';

/** Fields of an examination that the terminal shows. */
const EXAMINATION_FIELDS = graphql(`
  fragment ExaminationFields on Examination @_unmask {
    state backbone imageSize mode createdAt endedAt
    progress { phase done total secondsLeft }
    error { code message }
    counts { errors labels outliers contradictions changes }
  }
`);

export const EXAMINATION = graphql(
  `
    query Examination($id: ID!) {
      datasetVersion(id: $id) { id examination { ...ExaminationFields } }
    }
  `,
  [EXAMINATION_FIELDS],
);
export type Examination = ResultOf<typeof EXAMINATION_FIELDS>;

export const START_EXAMINATION = graphql(
  `
    mutation StartExamination($input: StartExaminationInput!) {
      startExamination(input: $input) { ...ExaminationFields }
    }
  `,
  [EXAMINATION_FIELDS],
);

export const CANCEL_EXAMINATION = graphql(
  `
    mutation CancelExamination($datasetVersionId: ID!) {
      cancelExamination(datasetVersionId: $datasetVersionId) { ...ExaminationFields }
    }
  `,
  [EXAMINATION_FIELDS],
);

export const FINDINGS = graphql(`
  query Findings($id: ID!, $kind: FindingKind!, $open: Boolean!, $first: Int!, $after: String) {
    datasetVersion(id: $id) {
      examination {
        findings(kind: $kind, open: $open, first: $first, after: $after) {
          totalCount
          pageInfo { hasNextPage endCursor }
          edges {
            node {
              kind suggested given probability distance
              image { row sha256 name label split }
              like { row label split }
              decision { kind label decidedBy decidedAt }
            }
          }
        }
      }
    }
  }
`);

export const DECIDE_IMAGE = graphql(`
  mutation DecideImage($datasetVersionId: ID!, $image: ID!, $kind: Decision!, $label: String) {
    decideImage(datasetVersionId: $datasetVersionId, image: $image, kind: $kind, label: $label) {
      kind label decidedBy decidedAt
    }
  }
`);

export const UNDO_DECISION = graphql(`
  mutation UndoDecision($datasetVersionId: ID!, $image: ID!) {
    undoDecision(datasetVersionId: $datasetVersionId, image: $image)
  }
`);

export const DERIVE_DECIDED = graphql(
  `
    mutation DeriveDecided($datasetVersionId: ID!, $dataset: String) {
      deriveDecided(datasetVersionId: $datasetVersionId, dataset: $dataset) { ...VersionFields }
    }
  `,
  [VERSION_FIELDS],
);
