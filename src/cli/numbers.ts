import { InvalidArgumentError } from 'commander';

/** For options and arguments; ranges are the hub's to check, which names them. */
export function wholeNumber(text: string): number {
  if (/^-?\d+$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number.');
}

export function fraction(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw new InvalidArgumentError('It must be a number.');
}

/** `name=value`, as often as it is given. */
export function pairs(text: string, before: readonly (readonly [string, string])[] = []) {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('It must be of the form name=value.');
  return [...before, [text.slice(0, at), text.slice(at + 1)] as const];
}
