import type { Request } from 'express';

/** The key of a request: during a rollout the same version answers all requests with the same key. */
export function requestKey(request: Request): string | undefined {
  return request.get('x-request-key') || undefined;
}
