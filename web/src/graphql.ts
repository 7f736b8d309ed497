import { initGraphQLTada } from 'gql.tada';
import type { introspection } from './graphql-env';

/**
 * Makes a typed request or fragment of its text; the types come from schema.graphql (`npm run generate`). A component asks
 * for what it shows in a fragment of its own file, and nothing else can read those fields.
 */
export const graphql = initGraphQLTada<{
  introspection: introspection;
  scalars: {
    BigInt: number;
    /** ISO 8601, in UTC. */
    DateTimeISO: string;
    JSON: unknown;
    JSONObject: Readonly<Record<string, unknown>>;
    /** Its place; the file goes beside the request (lib/upload.ts). */
    Upload: null;
  };
}>();

export { type FragmentOf, type ResultOf, readFragment, type TadaDocumentNode, type VariablesOf } from 'gql.tada';
