import type { IncomingMessage } from 'node:http';
import { type ErrorCode, HubError, toHubError } from '../errors.js';

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
type ParserError = Error & { readonly status: number; readonly type?: string; readonly limit?: number };

/** Turns a parser's error about a request into a refusal. Other errors are returned unchanged, but for those of `toHubError`. */
export function toRefusal(error: unknown, { headers }: Pick<IncomingMessage, 'headers'>): unknown {
  if (error instanceof HubError || !isParserError(error) || error.status >= 500) return toHubError(error);
  const { status, limit } = error;
  if (status !== 413) return new BodyRefusal('BAD_INPUT', wordsOf(error, headers['content-encoding']), {}, status);
  return tooLong(limit as number);
}

/** The refusal of a body of more than `limit` bytes. @param received bytes, where the request states them. */
export function tooLong(limit: number, received?: number): BodyRefusal {
  const [has, details] = received === undefined ? [`more than ${limit}`, { limit }] : [received, { limit, received }];
  const rest = received === undefined ? ', the limit of this request' : `; the limit of this request is ${limit}`;
  return new BodyRefusal('LIMIT_EXCEEDED', `The body has ${has} bytes${rest}.`, details, 413);
}

export const CUT_OFF = 'The upload was cut off: the connection was closed.';

export const unsupported = (encoding: string | undefined): string =>
  `The body has the Content-Encoding ${encoding}, which the hub does not read: send it as gzip, deflate or br, or without compression.`;

export const damaged = (encoding: string, why: string): string =>
  `The body is not valid ${encoding}, which its Content-Encoding states: it is damaged, cut off or not compressed (${why}).`;

/** Types are those of body-parser; its errors without one come from reading the body. */
function wordsOf({ type, message }: ParserError, encoding: string | undefined): string {
  switch (type) {
    case 'encoding.unsupported':
      return unsupported(encoding);
    case 'entity.parse.failed':
      return `The body is not valid JSON: ${message}.`;
    case 'request.size.invalid':
      return 'The body does not have the number of bytes that Content-Length states.';
    case 'request.aborted':
      return CUT_OFF;
  }
  if (encoding === undefined || type !== undefined) return `The request cannot be read: ${message}.`;
  return damaged(encoding, message);
}

function isParserError(error: unknown): error is ParserError {
  return error instanceof Error && 'status' in error && typeof error.status === 'number';
}
