import { graphql } from '../graphql.js';

export const AUDIT_EVENTS = graphql(`
  query AuditEvents($filter: AuditFilter!, $first: Int!, $after: String) {
    auditEvents(filter: $filter, first: $first, after: $after) {
      pageInfo { hasNextPage endCursor }
      edges { node { number at actor action subject model from to reason requestId details hash } }
    }
  }
`);

export const AUDIT_CHAIN = graphql(`
  query AuditChain {
    auditChain { intact lastHash broken { number why } }
  }
`);
