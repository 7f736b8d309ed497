import { isDatabaseOutage } from './database-outage.js';

/**
 * An error for the caller of the hub. Its message and code reach the client unchanged; every other error is logged with the
 * request id and masked.
 */
export class HubError extends Error {
  constructor(
    /** Fixed, upper case, part of the API: for example `LIMIT_EXCEEDED`. */
    readonly code: ErrorCode,
    message: string,
    /** Details for programs: for example the limit and the received value. */
    readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = 'HubError';
  }
}

/** The error that pending requests get at shutdown. */
export const shuttingDown = (): HubError => new HubError('SHUTTING_DOWN', 'The hub is shutting down.');

/** Whether an error says that a row or blob is not there, or that a blob is damaged. */
export const isLost = (error: unknown): error is HubError =>
  error instanceof HubError && (error.code === 'NOT_FOUND' || error.code === 'BLOB_CORRUPT');

/** Whether an error says only that the hub is shutting down. */
export const isShuttingDown = (error: unknown): boolean => error instanceof HubError && error.code === 'SHUTTING_DOWN';

export type ErrorCode =
  | 'BAD_INPUT'
  | 'NOT_FOUND'
  | 'CONFLICT'
  | 'LIMIT_EXCEEDED'
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'DATASET_REFUSED'
  | 'IMAGE_REFUSED'
  | 'WEIGHTS_REFUSED'
  | 'BACKBONE_UNAVAILABLE'
  | 'ENGINE_UNAVAILABLE'
  | 'GATE_REFUSED'
  | 'APPROVAL_NEEDED'
  | 'NOT_DEPLOYED'
  | 'NOT_READY'
  | 'ROLE_MISSING'
  | 'BLOB_CORRUPT'
  | 'BLOBS_UNAVAILABLE'
  | 'DATA_FOLDER_LOCKED'
  | 'BACKUP_REFUSED'
  | 'DISK_FULL'
  | 'DATABASE_UNAVAILABLE'
  | 'OUT_OF_MEMORY'
  | 'WORKER_DIED'
  | 'DIVERGED'
  | 'UNSUPPORTED_TYPE'
  | 'METHOD_NOT_ALLOWED'
  | 'NOT_SUPPORTED'
  | 'SELF_CHECK_FAILED'
  | 'OVERLOADED'
  | 'DEADLINE_EXCEEDED'
  | 'SHUTTING_DOWN'
  // Codes of the terminal only.
  | 'HUB_UNREACHABLE'
  | 'RUN_FAILED'
  | 'RUN_CANCELLED'
  | 'INTERRUPTED';

/** Errors of the operating system and the database that a caller can fix, by errno name or PostgreSQL code. */
const KNOWN: readonly { readonly said: RegExp; readonly code: ErrorCode; readonly message: string }[] = [
  {
    said: /\b(ENOSPC|EDQUOT|53100)\b|No space left on device/,
    code: 'DISK_FULL',
    message: "The hub's disk is full; nothing was stored. Free some space on it, then try again.",
  },
  {
    said: /Array buffer allocation failed|std::bad_alloc|Failed to allocate memory for requested buffer/,
    code: 'OUT_OF_MEMORY',
    message: "The hub's machine has too little memory for this. Use smaller images or batches, or free some memory.",
  },
  {
    said: /\b(22021|22P05)\b/,
    code: 'BAD_INPUT',
    message: 'A text contains a zero byte, which cannot be stored or searched.',
  },
];

/** Seconds after which a client may ask again. */
const OUTAGE_SECONDS = 5;

function databaseUnavailable(): HubError {
  const message = "The hub's database does not answer; it may be restarting. Try again in a few seconds.";
  return new HubError('DATABASE_UNAVAILABLE', message, { retryAfter: OUTAGE_SECONDS });
}

/** Converts an error of the system or database that the caller can fix to a HubError; returns any other unchanged. */
export function toHubError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof HubError) return error;
  if (isDatabaseOutage(error)) return databaseUnavailable();
  const { code, message } = error as NodeJS.ErrnoException;
  const known = KNOWN.find(({ said }) => said.test(`${code} ${message}`));
  return known ? new HubError(known.code, known.message) : error;
}
