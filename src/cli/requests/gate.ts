import { graphql } from '../graphql.js';

export const GATE = graphql(`
  query Gate($model: String!) {
    model(name: $model) {
      gate { kind metric limit slice }
      secondPerson
    }
  }
`);

export const SET_GATE = graphql(`
  mutation SetGate($model: String!, $rules: [GateRuleInput!], $reason: String!) {
    setGate(model: $model, rules: $rules, reason: $reason) {
      gate { kind metric limit slice }
      secondPerson
    }
  }
`);
