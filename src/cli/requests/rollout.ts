import { graphql, type ResultOf } from '../graphql.js';

const ROLLOUT_FIELDS = graphql(`
  fragment RolloutFields on Rollout @_unmask {
    id model alias mode share maxErrorRate maxSlowdown verdictErrorRate state
    candidate { version answers errors errorRate p50Milliseconds p99Milliseconds }
    present { version answers errors errorRate p50Milliseconds p99Milliseconds }
    compared agreed dropped reason startedBy startedAt endedBy endedAt outcome
    evidence {
      verdict text eValue pValue difference low high needed showNone
      both { judged bothRight candidateRight presentRight bothWrong }
      candidateOnly { judged right }
      presentOnly { judged right }
      agreement { compared agreed share low high }
    }
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
