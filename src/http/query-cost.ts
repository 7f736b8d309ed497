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
// The ESM build of this library loads a second copy of graphql, whose classes differ from ours.
import { type ComplexityEstimator, getComplexity } from 'graphql-query-complexity/cjs';
import { HubError } from '../errors.js';

export const QUERY_LIMITS = {
  /** Levels of nested fields. */
  depth: 10,
  /** Requested fields; those in lists count once per row. */
  cost: 50_000,
  /** Lexical tokens of a request. Code that recurses over a request must not overflow the stack. */
  tokens: 5_000,
} as const;

/** Cost of a field of Query or Mutation: each queries the database. */
const ROOT_COST = 500;
const ROOTS: ReadonlySet<string> = new Set(['Query', 'Mutation']);

/** Assumed number of rows of a list without an argument for it. */
const ROWS = 5;

/** Refuses requests that are nested too deeply. Introspection is exempt: it is always deep, and its cost is fixed. */
export const depthRule = maxDepthRule({
  n: QUERY_LIMITS.depth,
  ignoreIntrospection: true,
  flattenFragments: true,
  propagateOnRejection: false, // an error thrown by a rule would count as a failure of the hub
  onReject: [(context, { message }) => context?.reportError(new GraphQLError(message.replace('Syntax Error: ', '')))],
}) as ValidationRule;

/** A field costs itself plus its children, which in a list count once per row: the requested number, or `ROWS`. */
const fieldEstimator: ComplexityEstimator = ({ type, field, args, childComplexity }) => {
  const own = ROOTS.has(type.name) ? ROOT_COST : 1;
  const first = (args.page as { first?: number } | undefined)?.first ?? (args.first as number | undefined);
  if (first !== undefined) return own + Math.abs(first) * childComplexity;
  const returned = isNonNullType(field.type) ? field.type.ofType : field.type;
  return own + (isListType(returned) ? ROWS : 1) * childComplexity;
};

/** A received operation with its variables. */
export interface Operation {
  readonly query: DocumentNode;
  readonly variables?: Record<string, unknown> | null | undefined;
  readonly operationName?: string | null | undefined;
}

/** Checks the cost of an operation before it is executed. @throws LIMIT_EXCEEDED, as a GraphQL error. */
export function checkCost(schema: GraphQLSchema, operation: Operation): void {
  const definition = getOperationAST(operation.query, operation.operationName);
  const given = operation.variables ?? {};
  const { errors } = getVariableValues(schema, definition?.variableDefinitions ?? [], given);
  if (!definition || errors) return; // execution refuses these with better messages
  const cost = costOf(schema, operation);
  if (cost <= QUERY_LIMITS.cost) return;
  const about = Number.isFinite(cost) ? `about ${cost}` : 'too many';
  const message = `The request asks for ${about} fields; the limit is ${QUERY_LIMITS.cost}. Ask for fewer rows at once.`;
  const refusal = new HubError('LIMIT_EXCEEDED', message, { cost, limit: QUERY_LIMITS.cost });
  throw new GraphQLError(message, { originalError: refusal, extensions: { http: { status: 400 } } });
}

/** Infinity when there are too many fields to count. */
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
