import { graphql, type ResultOf } from '../graphql.js';

/** Fields of a retraining rule that the terminal shows. */
const RULE_FIELDS = graphql(`
  fragment RuleFields on RetrainingRule @_unmask {
    name model mode trigger threshold days addJudged pipeline backbone imageSize startsPerWeek hoursPerWeek action createdAt
    owner { name }
    outlook { measured isReached starts text }
  }
`);
export type Rule = ResultOf<typeof RULE_FIELDS>;

export const RULES = graphql(
  `
    query RetrainingRules($model: String!, $rounds: Int!) {
      retrainingRules(model: $model) {
        ...RuleFields
        rounds(first: $rounds) {
          id state measured reason datasetVersionId judgedPhotos version outcome startedAt endedAt
        }
      }
    }
  `,
  [RULE_FIELDS],
);

export type Round = ResultOf<typeof RULES>['retrainingRules'][number]['rounds'][number];

export const SAVE_RULE = graphql(
  `
    mutation SaveRetrainingRule($input: SaveRetrainingRuleInput!) {
      saveRetrainingRule(input: $input) { ...RuleFields }
    }
  `,
  [RULE_FIELDS],
);

export const SWITCH_RULE = graphql(`
  mutation SwitchRetrainingRule($input: SwitchRetrainingRuleInput!) {
    switchRetrainingRule(input: $input) { name model mode outlook { text } }
  }
`);

export const CANCEL_ROUND = graphql(`
  mutation CancelRetrainingRound($input: CancelRetrainingRoundInput!) {
    cancelRetrainingRound(input: $input) { id state outcome judgedPhotos version startedAt endedAt }
  }
`);

export const DELETE_RULE = graphql(`
  mutation DeleteRetrainingRule($input: DeleteRetrainingRuleInput!) {
    deleteRetrainingRule(input: $input)
  }
`);
