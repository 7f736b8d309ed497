/** A refusal of the hub, or that no hub answers. */
export class HubError extends Error {
  override readonly name = 'HubError';

  constructor(
    /** A fixed word, such as NOT_FOUND; HUB_UNREACHABLE if no hub answers. */
    readonly code: string,
    message: string,
    /** What the hub says besides, such as `limit`, `received` or `retryAfter` (seconds). */
    readonly details: Readonly<Record<string, unknown>> = {},
    /** Id of the request in the hub's log. */
    readonly requestId: string | null = null,
  ) {
    super(message);
  }
}

/** An error as GraphQL has it. */
export interface GraphQLFailure {
  readonly message: string;
  readonly extensions?: Readonly<Record<string, unknown>> | undefined;
}

/** The first of the errors of an answer, which names them all. */
export function toHubError(failures: readonly GraphQLFailure[], requestId: string | null): HubError {
  const { code = 'INTERNAL', ...details } = failures[0]?.extensions ?? {};
  return new HubError(String(code), failures.map(({ message }) => message).join('; '), details, requestId);
}
