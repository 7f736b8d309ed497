/**
 * An error made on purpose for whoever called the hub. Its message and code reach the client as they are; every other
 * error is logged with the request id and masked.
 */
export class HubError extends Error {
  constructor(
    /** Fixed, upper case, part of the API: for example `LIMIT_EXCEEDED`. */
    readonly code: ErrorCode,
    message: string,
    /** The limit and what was received, for programs. */
    readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = 'HubError';
  }
}

/** What whoever waits is told when the hub ends. */
export const shuttingDown = (): HubError => new HubError('SHUTTING_DOWN', 'The hub is shutting down.');

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
  | 'BLOB_CORRUPT'
  | 'DATA_FOLDER_LOCKED'
  | 'BACKUP_REFUSED'
  | 'DISK_FULL'
  | 'WORKER_DIED'
  | 'DIVERGED'
  | 'UNSUPPORTED_TYPE'
  | 'SELF_CHECK_FAILED'
  | 'OVERLOADED'
  | 'DEADLINE_EXCEEDED'
  | 'SHUTTING_DOWN'
  // What only the terminal says.
  | 'HUB_UNREACHABLE'
  | 'RUN_FAILED'
  | 'RUN_CANCELLED'
  | 'INTERRUPTED';

/** What a system and a database say of what they cannot do for a caller: errno's names and PostgreSQL's codes. */
const KNOWN: readonly { readonly said: RegExp; readonly code: ErrorCode; readonly message: string }[] = [
  {
    said: /\b(ENOSPC|EDQUOT|53100)\b|No space left on device/,
    code: 'DISK_FULL',
    message: "The hub's disk is full: nothing of this was kept. Make room on it, then ask again.",
  },
  { said: /\b22021\b/, code: 'BAD_INPUT', message: 'A text holds a zero byte, which cannot be kept or looked for.' },
];

/** An error of the system or the database in words for a caller, where it is one that a caller can mend; else itself. */
export function inWords(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof HubError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  const known = KNOWN.find(({ said }) => said.test(`${code} ${message}`));
  return known ? new HubError(known.code, known.message) : error;
}
