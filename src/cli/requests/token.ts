import { graphql } from '../graphql.js';

export const TOKENS = graphql(`
  query Tokens {
    tokens { id name role model createdBy createdAt lastUsedAt expiresAt revokedAt }
  }
`);

export const CREATE_TOKEN = graphql(`
  mutation CreateToken($input: CreateTokenInput!) {
    createToken(input: $input) { secret token { id name role model expiresAt } }
  }
`);

export const REVOKE_TOKEN = graphql(`
  mutation RevokeToken($id: ID!) {
    revokeToken(id: $id) { id name revokedAt }
  }
`);
