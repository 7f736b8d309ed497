import { graphql, type ResultOf } from '../graphql.js';

const SWEEP_FIELDS = graphql(`
  fragment SweepFields on Sweep @_unmask {
    id name note owner { name } state method metric endedTrials runId createdAt endedAt backboneName
    datasetVersion { dataset number }
    best { number values validationAccuracy validationLoss }
    trials { number values state keptEpoch validationAccuracy validationLoss seconds reason }
    error { code message }
  }
`);
export type Sweep = ResultOf<typeof SWEEP_FIELDS>;

export const START_SWEEP = graphql(
  `
    mutation StartSweep($input: StartSweepInput!) {
      startSweep(input: $input) { ...SweepFields }
    }
  `,
  [SWEEP_FIELDS],
);

export const SWEEP = graphql(
  `
    query Sweep($id: ID!) {
      sweep(id: $id) { ...SweepFields }
    }
  `,
  [SWEEP_FIELDS],
);

export const SWEEPS = graphql(`
  query Sweeps($first: Int!) {
    sweeps(first: $first) {
      pageInfo { hasNextPage endCursor }
      edges { node { id name owner { name } state method metric runId createdAt backboneName datasetVersion { dataset number } } }
    }
  }
`);

export const CANCEL_SWEEP = graphql(
  `
    mutation CancelSweep($id: ID!) {
      cancelSweep(id: $id) { ...SweepFields }
    }
  `,
  [SWEEP_FIELDS],
);

export const DELETE_SWEEP = graphql(`
  mutation DeleteSweep($id: ID!) {
    deleteSweep(id: $id)
  }
`);
