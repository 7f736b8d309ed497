import { graphql, type ResultOf } from '../graphql.js';

const ROLLOUT_FIELDS = graphql(`
  fragment RolloutFields on Rollout @_unmask {
    id model alias mode share maxErrorRate maxSlowdown state
    candidate { version answers errors errorRate p50Milliseconds p99Milliseconds }
    present { version answers errors errorRate p50Milliseconds p99Milliseconds }
    compared agreed agreement dropped reason startedBy startedAt endedBy endedAt outcome
  }
`);

export const START_ROLLOUT = graphql(
  `
    mutation StartRollout($input: StartRolloutInput!) {
      startRollout(input: $input) { ...RolloutFields }
    }
  `,
  [ROLLOUT_FIELDS],
);

export const END_ROLLOUT = graphql(
  `
    mutation EndRollout($input: EndRolloutInput!) {
      endRollout(input: $input) { ...RolloutFields }
    }
  `,
  [ROLLOUT_FIELDS],
);

export const ROLLOUTS = graphql(
  `
    query Rollouts($model: String!) {
      rollouts(model: $model) { ...RolloutFields }
    }
  `,
  [ROLLOUT_FIELDS],
);

export type Rollout = ResultOf<typeof ROLLOUTS>['rollouts'][number];
