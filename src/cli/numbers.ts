import { InvalidArgumentError } from 'commander';

/** Parses an integer option. The hub checks ranges. @throws InvalidArgumentError when it is not an integer. */
export function wholeNumber(text: string): number {
  if (/^-?\d+$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number.');
}

/** Parses a numeric option. @throws InvalidArgumentError when it is not a finite number. */
export function number(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('It must be a number.');
}

/** Collects repeated options of the form `name=value`. @throws InvalidArgumentError when the form differs. */
export function nameValuePairs(text: string, before: readonly (readonly [string, string])[] = []) {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('It must be of the form name=value.');
  return [...before, [text.slice(0, at), text.slice(at + 1)] as const];
}
