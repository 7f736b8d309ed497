import { graphql } from '../graphql.js';

const PROMOTION_REQUEST_FIELDS = graphql(`
  fragment PromotionRequestFields on PromotionRequest @_unmask {
    id alias state reason overrideGate requestedBy createdAt decidedBy decidedAt decision
    version { model number }
    gate { rule passed detail }
  }
`);

export const REQUEST_PROMOTION = graphql(
  `
    mutation RequestPromotion($input: PromoteModelVersionInput!) {
      requestPromotion(input: $input) { ...PromotionRequestFields }
    }
  `,
  [PROMOTION_REQUEST_FIELDS],
);

export const PROMOTION_REQUESTS = graphql(
  `
    query PromotionRequests($model: String) {
      promotionRequests(model: $model) { ...PromotionRequestFields }
    }
  `,
  [PROMOTION_REQUEST_FIELDS],
);

export const APPROVE_PROMOTION = graphql(
  `
    mutation ApprovePromotion($id: ID!, $reason: String!) {
      approvePromotion(id: $id, reason: $reason) { ...PromotionRequestFields }
    }
  `,
  [PROMOTION_REQUEST_FIELDS],
);

export const REJECT_PROMOTION = graphql(
  `
    mutation RejectPromotion($id: ID!, $reason: String!) {
      rejectPromotion(id: $id, reason: $reason) { ...PromotionRequestFields }
    }
  `,
  [PROMOTION_REQUEST_FIELDS],
);
