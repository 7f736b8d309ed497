import { HubError } from '../errors.js';

/**
 * Hyperparameters as they are typed: numbers, true, false and null as such, anything else as the name of a choice. Names
 * and ranges are the hub's to check.
 */
export function hyperparameters(given: readonly (readonly [string, string])[] = []): Readonly<Record<string, unknown>> {
  const names = given.map(([name]) => name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice) throw new HubError('BAD_INPUT', `--set ${twice} is given twice.`);
  return Object.fromEntries(given.map(([name, text]) => [name, typed(text)]));
}

/** As JSON where it is a number, true, false or null; else as it stands. */
export function typed(text: string): unknown {
  return /^(?:true|false|null|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/i.test(text) ? JSON.parse(text.toLowerCase()) : text;
}
