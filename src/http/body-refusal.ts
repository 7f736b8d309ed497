import { type ErrorCode, HubError } from '../errors.js';

/** Refusal of a body by one of Express's parsers, with the parser's status. */
export class BodyRefusal extends HubError {
  constructor(
    code: ErrorCode,
    message: string,
    details: Readonly<Record<string, unknown>>,
    readonly status: number,
  ) {
    super(code, message, details);
  }
}

/** An error of http-errors. For a body that is too large, it has the limit in bytes. */
type ParserError = Error & { readonly status: number; readonly limit?: number };

/** Turns a parser's error about a request into a refusal. Other errors are returned unchanged. */
export function toRefusal(error: unknown): unknown {
  if (error instanceof HubError || !isParserError(error) || error.status >= 500) return error;
  const { status, message, limit } = error;
  if (status !== 413) return new BodyRefusal('BAD_INPUT', message, {}, status);
  const words = `The body has more than ${limit} bytes, the limit of this request.`;
  return new BodyRefusal('LIMIT_EXCEEDED', words, { limit }, status);
}

function isParserError(error: unknown): error is ParserError {
  return error instanceof Error && 'status' in error && typeof error.status === 'number';
}
