import { z } from 'zod';
import { HubError } from '../../errors.js';

/** Most characters of a received value that a message repeats. */
const MOST_QUOTED = 100;

/** A parameter that is given at most once. */
export const text = z.string({ error: ({ input }) => `must be given once; ${quote(input)} was received` });

/** A whole number in decimal digits, both ends included. */
export function wholeNumber(min: number, max: number) {
  const error = ({ input }: { input?: unknown }) =>
    `must be a whole number from ${min} to ${max}; ${quote(input)} was received`;
  const inRange = (digits: string): boolean =>
    /^\d{1,15}$/.test(digits) && Number(digits) >= min && Number(digits) <= max;
  const number = z.string({ error }).refine(inRange, { error }).transform(Number);
  return number.meta({ type: 'integer', minimum: min, maximum: max });
}

/** Binary content, whose type the sender names. */
export const BYTES = z.unknown();

/** One of a few words. */
export function oneOf<T extends string>(words: readonly T[]) {
  return z.enum(words, {
    error: ({ input }) => `must be ${words.join(', ')}; ${input === undefined ? 'nothing' : quote(input)} was received`,
  });
}

/** Parses the query string. @throws BAD_INPUT with all of its problems. */
export function readQuery<T extends z.ZodObject>(schema: T, query: unknown): z.output<T> {
  const result = schema.safeParse(query);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => {
    if (issue.code !== 'unrecognized_keys') return [...issue.path, issue.message].join(' ');
    const names = Object.keys(schema.shape).join(', ');
    return `${issue.keys.map(quote).join(', ')} is not a parameter; the parameters are ${names}`;
  });
  throw new HubError('BAD_INPUT', `The query string is invalid: ${problems.join('; ')}.`, { received: query });
}

function quote(value: unknown): string {
  const json = JSON.stringify(value);
  return json.length > MOST_QUOTED ? `${json.slice(0, MOST_QUOTED)}…` : json;
}
