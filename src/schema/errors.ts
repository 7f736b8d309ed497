import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { HubError, toHubError } from '../errors.js';

/** Codes of errors that GraphQL raises about a request; safe to show. */
const REQUEST_CODES = new Set(['GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED', 'BAD_USER_INPUT', 'BAD_REQUEST']);

/**
 * The error that a client receives. A HubError and a mistake in the request keep their message; any other error is
 * replaced by a pointer to the log.
 */
export function formatError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const cause = causeOf(error);
  const { path, locations } = formatted;
  const place = { ...(locations ? { locations } : {}), ...(path ? { path } : {}) };
  if (cause instanceof HubError) {
    return { message: cause.message, ...place, extensions: { ...cause.details, code: cause.code } };
  }
  if (isExpected(error)) {
    return { message: formatted.message, ...place, extensions: { code: formatted.extensions?.code ?? 'BAD_REQUEST' } };
  }
  const message = 'The hub failed to answer this request. Its log has the reason under the request id.';
  return { message, ...place, extensions: { code: 'INTERNAL' } };
}

/** The cause of a failure inside the hub, for its log; undefined when the request was at fault. */
export function internalCause(error: unknown): unknown {
  return isExpected(error) ? undefined : causeOf(error);
}

function isExpected(error: unknown): boolean {
  const cause = causeOf(error);
  if (cause instanceof HubError) return true;
  if (!(error instanceof GraphQLError)) return false;
  return cause instanceof GraphQLError || REQUEST_CODES.has(String(error.extensions.code));
}

function causeOf(error: unknown): unknown {
  // GraphQL wraps its own errors as well.
  return error instanceof GraphQLError && error.originalError ? causeOf(error.originalError) : toHubError(error);
}
