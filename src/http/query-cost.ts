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
import { BOUNDS } from '../limits.js';
import { PICTURE, type PictureCost } from '../schema/picture.js';
import { checkInputs } from './inputs.js';

/** Cost of a field of Query or Mutation: each queries the database. */
const ROOT_COST = 500;
const ROOTS: ReadonlySet<string> = new Set(['Query', 'Mutation']);

/** Assumed number of rows of a list without an argument for it. */
const ROWS = 5;

/** Refuses requests that are nested too deeply. Introspection is exempt: it is always deep, and its cost is fixed. */
export const depthRule = maxDepthRule({
  n: BOUNDS.depth.value,
  ignoreIntrospection: true,
  flattenFragments: true,
  propagateOnRejection: false, // an error thrown by a rule would count as a failure of the hub
  onReject: [(context, { message }) => context?.reportError(new GraphQLError(message.replace('Syntax Error: ', '')))],
}) as ValidationRule;

type Field = Parameters<ComplexityEstimator>[0];

/**
 * A field costs itself plus its children, which in a list count once per row: the requested number, or `ROWS`.
 * @param pageRows rows of the lists of a connection. They are already counted by the field that returns it.
 */
function estimator(own: (field: Field) => number, pageRows: number): ComplexityEstimator {
  return (asked) => {
    const { type, field, args, childComplexity } = asked;
    const first = (args.page as { first?: number } | undefined)?.first ?? (args.first as number | undefined);
    const returned = isNonNullType(field.type) ? field.type.ofType : field.type;
    const listed = isPage(type) ? pageRows : ROWS;
    const rows = first === undefined ? (isListType(returned) ? listed : 1) : Math.abs(first);
    return own(asked) + rows * childComplexity;
  };
}

function isPage(type: Field['type']): boolean {
  return 'getFields' in type && ('pageInfo' in type.getFields() || 'total' in type.getFields());
}

const pictureCost = ({ field, args }: Field): PictureCost | undefined =>
  (field.extensions[PICTURE] as ((args: object) => PictureCost) | undefined)?.(args);

/** What is counted in an operation, with the words of its refusal. */
const COSTS = [
  {
    bound: 'cost',
    estimate: estimator(({ type }) => (ROOTS.has(type.name) ? ROOT_COST : 1), ROWS),
    unit: 'fields',
    advice: 'Ask for fewer rows at once.',
  },
  {
    bound: 'pictures',
    estimate: estimator((field) => pictureCost(field)?.pictures ?? 0, 1),
    unit: 'pictures',
    advice: 'Ask for fewer thumbnails or smaller sheets at once.',
  },
  {
    bound: 'pixels',
    estimate: estimator((field) => pictureCost(field)?.pixels ?? 0, 1),
    unit: 'pixels of pictures',
    advice: 'Ask for fewer or smaller pictures at once.',
  },
] as const;

/** A received operation with its variables. */
export interface Operation {
  readonly query: DocumentNode;
  readonly variables?: Record<string, unknown> | null | undefined;
  readonly operationName?: string | null | undefined;
}

/** Checks the inputs and the cost of an operation before it is executed. @throws LIMIT_EXCEEDED or BAD_INPUT, as a GraphQL error. */
export function checkCost(schema: GraphQLSchema, operation: Operation): void {
  const definition = getOperationAST(operation.query, operation.operationName);
  if (!definition) return; // execution refuses it with a better message
  const given = operation.variables ?? {};
  checkInputs(schema, operation.query, definition, given);
  const { errors } = getVariableValues(schema, definition.variableDefinitions ?? [], given, { maxErrors: 1 });
  if (errors) return; // likewise
  for (const { bound, estimate, unit, advice } of COSTS) {
    const limit = BOUNDS[bound].value;
    const cost = costOf(schema, operation, estimate);
    if (cost <= limit) continue;
    const about = Number.isFinite(cost) ? `about ${cost}` : 'too many';
    const message = `The request asks for ${about} ${unit}; the limit is ${limit}. ${advice}`;
    const refusal = new HubError('LIMIT_EXCEEDED', message, { cost, limit });
    throw new GraphQLError(message, { originalError: refusal, extensions: { http: { status: 400 } } });
  }
}

/** Infinity when there are too many fields to count. */
function costOf(
  schema: GraphQLSchema,
  { query, variables, operationName }: Operation,
  estimate: ComplexityEstimator,
): number {
  const estimators = [estimate];
  const given = { ...(variables ? { variables } : {}), ...(operationName ? { operationName } : {}) };
  try {
    return getComplexity({ schema, query, estimators, ...given });
  } catch (error) {
    if (error instanceof GraphQLError) return Number.POSITIVE_INFINITY;
    throw error;
  }
}
