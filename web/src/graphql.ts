import { initGraphQLTada } from 'gql.tada';
import type { introspection } from './graphql-env';

/**
 * Makes a typed request or fragment from its text; the types come from schema.graphql (`npm run generate`). A component asks
 * for the fields it shows in a fragment in its own file; no other component can read them.
 */
export const graphql = initGraphQLTada<{
  introspection: introspection;
  scalars: {
    BigInt: number;
    /** ISO 8601, in UTC. */
    DateTime: string;
    JSON: unknown;
    JSONObject: Readonly<Record<string, unknown>>;
    /** Placeholder; the file is sent as another part of the request (lib/upload.ts). */
    Upload: null;
  };
}>();

type Root<Name extends 'Query' | 'Mutation'> = keyof introspection['types'][Name]['fields'];

/** Name of a query or mutation. */
export type Operation = Root<'Query'> | Root<'Mutation'>;

/** The values of an enum of the schema. */
export type Enum<Name extends Parameters<typeof graphql.scalar>[0]> = ReturnType<typeof graphql.scalar<Name>>;

export { type FragmentOf, type ResultOf, readFragment, type TadaDocumentNode, type VariablesOf } from 'gql.tada';
