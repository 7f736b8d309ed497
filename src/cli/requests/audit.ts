import { graphql } from '../graphql.js';

export const AUDIT_EVENTS = graphql(`
  query AuditEvents($filter: AuditFilter!, $page: AuditPageInput!) {
    auditEvents(filter: $filter, page: $page) {
      events { number at actor action subject model from to reason requestId details hash }
      next
    }
  }
`);

export const AUDIT_CHAIN = graphql(`
  query AuditChain {
    auditChain { intact lastHash broken { number why } }
  }
`);
