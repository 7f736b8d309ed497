import type { Request } from 'express';

/** While a version is tried, the same version answers all requests with the same key. */
export function requestKey(request: Request): string | undefined {
  return request.get('x-request-key') || undefined;
}
