import type { ZodError } from 'zod';

/** What does not fit a schema, and where. */
export function problemsOf({ issues }: ZodError): string[] {
  return issues.map(({ path, message }) => (path.length > 0 ? `${path.join('.')}: ${message}` : message));
}
