import { initGraphQLTada } from 'gql.tada';
import type { introspection } from './graphql-env.js';

/**
 * Makes a typed request from its text. The types come from schema.graphql (`npm run generate`); `npm run types` rejects
 * fields that the schema does not have.
 */
export const graphql = initGraphQLTada<{
  introspection: introspection;
  /** The fields of a fragment are readable where it is spread. */
  disableMasking: true;
  scalars: {
    BigInt: number;
    /** ISO 8601, in UTC. */
    DateTime: string;
    JSON: unknown;
    JSONObject: Readonly<Record<string, unknown>>;
    /** Null in the variables; `HubClient.upload` sends the file. */
    Upload: null;
  };
}>();

export type { ResultOf, TadaDocumentNode, VariablesOf } from 'gql.tada';
