import type { ZodError } from 'zod';

/** The problems of a value that does not fit a schema, each with its path. */
export function problemsOf({ issues }: ZodError): string[] {
  return issues.map(({ path, message }) => (path.length > 0 ? `${path.join('.')}: ${message}` : message));
}
