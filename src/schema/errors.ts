import type { ValidationError } from 'class-validator';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { ArgumentValidationError } from 'type-graphql';
import { HubError, inWords } from '../errors.js';

/** Codes of errors that GraphQL itself raises about a request, safe to show. */
const REQUEST_CODES = new Set(['GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED', 'BAD_USER_INPUT', 'BAD_REQUEST']);

/**
 * What a client learns of an error: a HubError as it is, a mistake in the request as GraphQL or the upload's reader words
 * it, and of anything else nothing but that the log has it under the request id.
 */
export function formatError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const cause = causeOf(error);
  const { path, locations } = formatted;
  const place = { ...(locations ? { locations } : {}), ...(path ? { path } : {}) };
  if (cause instanceof HubError) {
    return { message: cause.message, ...place, extensions: { ...cause.details, code: cause.code } };
  }
  if (cause instanceof ArgumentValidationError) {
    const problems = problemsOf(cause.extensions.validationErrors);
    return { message: problems.join(' '), ...place, extensions: { code: 'BAD_INPUT', problems } };
  }
  if (isClientError(cause)) return { message: cause.message, ...place, extensions: { code: 'BAD_INPUT' } };
  if (isExpected(error)) {
    return { message: formatted.message, ...place, extensions: { code: formatted.extensions?.code ?? 'BAD_REQUEST' } };
  }
  const message = "The hub failed to answer this request. The hub's log says why, under the request id.";
  return { message, ...place, extensions: { code: 'INTERNAL' } };
}

/** What went wrong inside the hub and belongs into its log; undefined when the request was at fault. */
export function internalCause(error: unknown): unknown {
  return isExpected(error) ? undefined : causeOf(error);
}

/** What is wrong with fields, and with those in them. */
function problemsOf(fields: readonly ValidationError[]): string[] {
  return fields.flatMap(({ constraints, children }) => [
    ...Object.values(constraints ?? {}),
    ...problemsOf(children ?? []),
  ]);
}

function isExpected(error: unknown): boolean {
  const cause = causeOf(error);
  if (cause instanceof HubError || cause instanceof ArgumentValidationError || isClientError(cause)) return true;
  if (!(error instanceof GraphQLError)) return false;
  return cause instanceof GraphQLError || REQUEST_CODES.has(String(error.extensions.code));
}

function causeOf(error: unknown): unknown {
  // GraphQL wraps its own errors as well.
  return error instanceof GraphQLError && error.originalError ? causeOf(error.originalError) : inWords(error);
}

/** An error of http-errors with a status below 500, as the reader of uploads raises them. */
function isClientError(error: unknown): error is Error {
  return error instanceof Error && 'status' in error && Number(error.status) < 500;
}
