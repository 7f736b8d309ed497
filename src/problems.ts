import type { z } from 'zod';

/** Most characters of a received value that a message repeats. */
const MOST_QUOTED = 100;

/** Issues whose messages need not repeat what was received, or must not: an address may hold a password. */
const NOT_REPEATED: ReadonlySet<string> = new Set(['invalid_format', 'unrecognized_keys']);

const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'an object',
  record: 'an object',
};

/** Messages of schemas in the words of the hub, for `safeParse(value, { error: inWords })`. A schema's own messages come first. */
export const inWords: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is missing' : `must be ${KINDS[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `must be ${issue.values.map(quote).join(' or ')}`;
    case 'too_small':
      return bounded(issue.origin, Number(issue.minimum), issue.inclusive ?? true, 'or more', 'more than');
    case 'too_big':
      return bounded(issue.origin, Number(issue.maximum), issue.inclusive ?? true, 'or less', 'less than');
    case 'unrecognized_keys':
      return `there is no ${issue.keys.map(quote).join(', ')}`;
    case 'invalid_format':
      return `is no valid ${issue.format}`;
    default:
      return undefined;
  }
};

/** The problems of a value that does not fit a schema, each with its path and what was received. */
export function problemsOf({ issues }: z.ZodError, value: unknown): string[] {
  return issues.map(({ code, path, message }) => {
    const received = NOT_REPEATED.has(code) ? undefined : path.reduce(inside, value);
    return `${placeOf(path)}${message}${received === undefined ? '' : ` (received ${shown(received)})`}`;
  });
}

function bounded(origin: string, bound: number, inclusive: boolean, orMore: string, moreThan: string): string {
  const range = inclusive ? `${bound} ${orMore}` : `${moreThan} ${bound}`;
  if (origin === 'string') return `must have ${range} characters`;
  return origin === 'array' ? `must have ${range} items` : `must be ${range}`;
}

function placeOf(path: readonly PropertyKey[]): string {
  const place = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
  return place === '' ? '' : `${place.replace(/^\./, '')}: `;
}

function inside(value: unknown, key: PropertyKey): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined;
}

function shown(value: unknown): string {
  if (Array.isArray(value) && value.length > MOST_QUOTED) return `a list of ${value.length}`;
  const json = quote(value);
  if (json.length <= MOST_QUOTED || typeof value !== 'object' || value === null) return json;
  return Array.isArray(value) ? `a list of ${value.length}` : 'an object';
}

function quote(value: unknown): string {
  const json = JSON.stringify(value) ?? String(value);
  return json.length > MOST_QUOTED ? `${json.slice(0, MOST_QUOTED)}…` : json;
}
