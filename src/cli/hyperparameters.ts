import { HubError } from '../errors.js';

/**
 * Hyperparameters from the command line: numbers, true, false, null and objects of JSON by their value, anything else as text.
 * The hub checks names and ranges.
 * @throws BAD_INPUT when a name is given twice, or an object is no JSON.
 */
export function hyperparameters(given: readonly (readonly [string, string])[] = []): Readonly<Record<string, unknown>> {
  const names = given.map(([name]) => name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice) throw new HubError('BAD_INPUT', `--set ${twice} is given twice.`);
  const list = given.find(([, text]) => /^[^{]*\d,/.test(text));
  if (list) {
    const pair = list.join('=');
    const message = `--set ${pair}: a hyperparameter has one value. "hub sweep start --try ${pair}" tries several.`;
    throw new HubError('BAD_INPUT', message);
  }
  return Object.fromEntries(given.map(([name, text]) => [name, typed(text)]));
}

/** The value of a text: parsed as JSON if it is a number, true, false, null or begins with a brace, else unchanged. */
export function typed(text: string): unknown {
  if (text.startsWith('{')) return objectOf(text);
  return /^(?:true|false|null|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/i.test(text) ? JSON.parse(text.toLowerCase()) : text;
}

function objectOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const message = `${text} is no JSON object: ${(error as Error).message}. Write it like {"cat": 2, "dog": 0.5}, in single quotes for the shell.`;
    throw new HubError('BAD_INPUT', message);
  }
}
