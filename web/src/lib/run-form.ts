import { type About, readValue, writeValue } from './hyperparameter.js';

/** A field of the form: what the hub says of it, and the value where nothing is changed. */
export interface FormField extends About {
  readonly name: string;
  readonly base: unknown;
}

/** What was typed, by the name of the field; what was not touched is not there. */
export type Typed = Readonly<Record<string, string>>;

export interface Checked {
  /** Fields whose value is another one than where nothing is changed. */
  readonly changes: Readonly<Record<string, unknown>>;
  /** Why fields cannot be used, by name. */
  readonly problems: Readonly<Record<string, string>>;
}

/** Reads all of a form. */
export function checkForm(fields: readonly FormField[], typed: Typed): Checked {
  const changes: Record<string, unknown> = {};
  const problems: Record<string, string> = {};
  for (const field of fields) {
    const { name, base } = field;
    const text = typed[name];
    if (text === undefined || text === writeValue(base)) continue;
    const read = readValue(field, text);
    if ('problem' in read) problems[name] = read.problem;
    else if (read.value !== base) changes[name] = read.value;
  }
  return { changes, problems };
}
