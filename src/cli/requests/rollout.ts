import { graphql, type ResultOf } from '../graphql.js';

const TRIAL_FIELDS = graphql(`
  fragment TrialFields on VersionTrial @_unmask {
    id model alias mode share maxErrorRate maxSlowdown state
    candidate { version answers errors errorRate p50Milliseconds p99Milliseconds }
    present { version answers errors errorRate p50Milliseconds p99Milliseconds }
    compared agreed agreement dropped reason startedBy startedAt endedBy endedAt outcome
  }
`);

export const START_TRIAL = graphql(
  `
    mutation StartTrial($input: StartTrialInput!) {
      startTrial(input: $input) { ...TrialFields }
    }
  `,
  [TRIAL_FIELDS],
);

export const END_TRIAL = graphql(
  `
    mutation EndTrial($input: EndTrialInput!) {
      endTrial(input: $input) { ...TrialFields }
    }
  `,
  [TRIAL_FIELDS],
);

export const TRIALS = graphql(
  `
    query Trials($model: String!) {
      trials(model: $model) { ...TrialFields }
    }
  `,
  [TRIAL_FIELDS],
);

export type VersionTrial = ResultOf<typeof TRIALS>['trials'][number];
