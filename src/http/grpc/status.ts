import { status as Code, Metadata } from '@grpc/grpc-js';
import type { Logger } from 'pino';
import { type ErrorCode, HubError, toHubError } from '../../errors.js';

/** Codes of gRPC by those of errors; INVALID_ARGUMENT for all others. RESOURCE_EXHAUSTED means: ask again later. */
const CODES: Partial<Record<ErrorCode, Code>> = {
  UNAUTHENTICATED: Code.UNAUTHENTICATED,
  FORBIDDEN: Code.PERMISSION_DENIED,
  NOT_FOUND: Code.NOT_FOUND,
  NOT_DEPLOYED: Code.NOT_FOUND,
  NOT_READY: Code.FAILED_PRECONDITION,
  WEIGHTS_REFUSED: Code.FAILED_PRECONDITION,
  SELF_CHECK_FAILED: Code.FAILED_PRECONDITION,
  OVERLOADED: Code.RESOURCE_EXHAUSTED,
  NOT_SUPPORTED: Code.UNIMPLEMENTED,
  BLOB_CORRUPT: Code.DATA_LOSS,
  BLOBS_UNAVAILABLE: Code.UNAVAILABLE,
  OUT_OF_MEMORY: Code.UNAVAILABLE,
  DATABASE_UNAVAILABLE: Code.UNAVAILABLE,
  SHUTTING_DOWN: Code.UNAVAILABLE,
  ROLE_MISSING: Code.UNAVAILABLE,
  DEADLINE_EXCEEDED: Code.DEADLINE_EXCEEDED,
  DISK_FULL: Code.RESOURCE_EXHAUSTED,
};

/** How a call ends that has no answer. */
export interface CallStatus {
  readonly code: Code;
  readonly details: string;
  /** `error-code` of the hub, `retry-after` in seconds, and `x-request-id`. */
  readonly metadata: Metadata;
}

/** The status of a failed call. An error that is not for the caller is logged and masked. */
export function statusOf(error: unknown, requestId: string, log: Logger): CallStatus {
  const metadata = new Metadata();
  metadata.set('x-request-id', requestId);
  const refusal = toHubError(error);
  if (!(refusal instanceof HubError)) {
    log.error({ err: error, requestId }, 'request failed');
    const details = 'The hub failed to answer this request. Its log has the reason under the request id.';
    return { code: Code.INTERNAL, details, metadata };
  }
  metadata.set('error-code', refusal.code);
  const { retryAfter } = refusal.details;
  const asksLater = typeof retryAfter === 'number';
  if (asksLater) metadata.set('retry-after', String(retryAfter));
  const details = refusal.message.replace(/\p{Surrogate}/gu, '\ufffd'); // a lone one cannot be sent
  const code = CODES[refusal.code] ?? (asksLater ? Code.RESOURCE_EXHAUSTED : Code.INVALID_ARGUMENT);
  return { code, details, metadata };
}

/** The name of a code, for metrics. */
export const nameOf = (code: Code): string => Code[code];
