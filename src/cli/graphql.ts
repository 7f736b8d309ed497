import { initGraphQLTada } from 'gql.tada';
import type { introspection } from './graphql-env.js';

/**
 * Makes a typed request of its text. The types come from schema.graphql (`npm run generate`), and `npm run types` refuses
 * a text that asks for what the schema does not have.
 */
export const graphql = initGraphQLTada<{
  introspection: introspection;
  /** A fragment's fields can be read where it is spread. */
  disableMasking: true;
  scalars: {
    BigInt: number;
    /** ISO 8601, in UTC. */
    DateTimeISO: string;
    JSON: unknown;
    JSONObject: Readonly<Record<string, unknown>>;
    /** The client puts the file in its place. */
    Upload: null;
  };
}>();

export type { ResultOf, TadaDocumentNode, VariablesOf } from 'gql.tada';
