import type { z } from 'zod';
import { HubError } from '../../errors.js';
import { problemsOf } from '../../problems.js';

/** Parses the query string. @throws BAD_INPUT with all of its problems. */
export function readQuery<T extends z.ZodType>(schema: T, query: unknown): z.output<T> {
  const result = schema.safeParse(query);
  if (result.success) return result.data;
  const message = `The query string is invalid: ${problemsOf(result.error).join('; ')}.`;
  throw new HubError('BAD_INPUT', message, { received: query });
}
