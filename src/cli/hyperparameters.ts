import { HubError } from '../errors.js';

/**
 * Hyperparameters from the command line: numbers, true, false and null by their value, anything else as text. The hub checks
 * names and ranges.
 * @throws BAD_INPUT when a name is given twice.
 */
export function hyperparameters(given: readonly (readonly [string, string])[] = []): Readonly<Record<string, unknown>> {
  const names = given.map(([name]) => name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice) throw new HubError('BAD_INPUT', `--set ${twice} is given twice.`);
  return Object.fromEntries(given.map(([name, text]) => [name, typed(text)]));
}

/** The value of a text: parsed as JSON if it is a number, true, false or null, else unchanged. */
export function typed(text: string): unknown {
  return /^(?:true|false|null|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/i.test(text) ? JSON.parse(text.toLowerCase()) : text;
}
