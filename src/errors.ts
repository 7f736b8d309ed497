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
