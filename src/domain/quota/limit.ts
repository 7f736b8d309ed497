import { HubError } from '../../errors.js';

/** A quota or rate limit of this hub, and how much of it is used. */
export interface Limit {
  readonly name: 'requestsPerMinute' | 'uploads' | 'queuedRuns' | 'diskBytes';
  /** The option of `hub start` that sets it. */
  readonly option: string;
  /** Null for unlimited. */
  readonly limit: number | null;
  readonly used: number;
}

/** The LIMIT_EXCEEDED error. @param retryAfter seconds until a retry may succeed. */
export function limitExceeded({ name, option, limit, used }: Limit, unit: string, retryAfter: number): HubError {
  const message = `The limit ${name} is reached: ${limit} ${unit}. Try again later, or start the hub with a higher ${option}.`;
  return new HubError('LIMIT_EXCEEDED', message, { name, limit, used, retryAfter });
}
