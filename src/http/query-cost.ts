import { createRequire } from 'node:module';
import { maxDepthRule } from '@escape.tech/graphql-armor-max-depth';
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  getVariableValues,
  isListType,
  isNonNullType,
  type ValidationRule,
} from 'graphql';
import type { ComplexityEstimator } from 'graphql-query-complexity';
import { HubError } from '../errors.js';

// The ESM build of this library brings a second copy of graphql, whose classes are not ours.
const { getComplexity } = createRequire(import.meta.url)(
  'graphql-query-complexity',
) as typeof import('graphql-query-complexity');

export const QUERY_LIMITS = {
  /** Levels of fields in each other. */
  depth: 10,
  /** Fields that a request asks for, those in lists counted once per row. */
  cost: 50_000,
  /** Words and signs of a request. What recurses over a request must not run out of stack. */
  tokens: 5_000,
} as const;

/** What a field of Query or Mutation itself counts for: each asks the database anew. */
const ROOT_COST = 500;
const ROOTS: ReadonlySet<string> = new Set(['Query', 'Mutation']);

/** Rows that a list counts for where no argument says it. */
const ROWS = 5;

/** Refuses requests that are nested too deeply. Introspection is deep by nature and costs nothing that grows. */
export const depthRule = maxDepthRule({
  n: QUERY_LIMITS.depth,
  ignoreIntrospection: true,
  flattenFragments: true,
  propagateOnRejection: false, // what a rule throws would count as a failure of the hub
  onReject: [(context, { message }) => context?.reportError(new GraphQLError(message.replace('Syntax Error: ', '')))],
}) as ValidationRule;

/** A field costs itself and its children, these in a list once per row: as many as the page asks for, or a guess. */
const fieldEstimator: ComplexityEstimator = ({ type, field, args, childComplexity }) => {
  const own = ROOTS.has(type.name) ? ROOT_COST : 1;
  const first = (args.page as { first?: number } | undefined)?.first ?? (args.first as number | undefined);
  if (first !== undefined) return own + Math.abs(first) * childComplexity;
  const returned = isNonNullType(field.type) ? field.type.ofType : field.type;
  return own + (isListType(returned) ? ROWS : 1) * childComplexity;
};

/** An operation as it came, with its variables. */
export interface Operation {
  readonly query: DocumentNode;
  readonly variables?: Record<string, unknown> | null | undefined;
  readonly operationName?: string | null | undefined;
}

/** @throws LIMIT_EXCEEDED, as a GraphQL error, when an operation would be too much work, before any work is done. */
export function checkCost(schema: GraphQLSchema, operation: Operation): void {
  const definition = getOperationAST(operation.query, operation.operationName);
  const given = operation.variables ?? {};
  const { errors } = getVariableValues(schema, definition?.variableDefinitions ?? [], given);
  if (!definition || errors) return; // execution refuses these in better words
  const cost = costOf(schema, operation);
  if (cost <= QUERY_LIMITS.cost) return;
  const about = Number.isFinite(cost) ? `about ${cost}` : 'too many';
  const message = `The request asks for ${about} fields; the limit is ${QUERY_LIMITS.cost}. Ask for fewer rows at once.`;
  const refusal = new HubError('LIMIT_EXCEEDED', message, { cost, limit: QUERY_LIMITS.cost });
  throw new GraphQLError(message, { originalError: refusal, extensions: { http: { status: 400 } } });
}

/** Infinity where there are more fields than are worth counting. */
function costOf(schema: GraphQLSchema, { query, variables, operationName }: Operation): number {
  const estimators = [fieldEstimator];
  const given = { ...(variables ? { variables } : {}), ...(operationName ? { operationName } : {}) };
  try {
    return getComplexity({ schema, query, estimators, ...given });
  } catch (error) {
    if (error instanceof GraphQLError) return Number.POSITIVE_INFINITY;
    throw error;
  }
}
