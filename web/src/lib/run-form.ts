import { type FieldRules, readValue, titleOf, writeValue } from './hyperparameter.js';

/** A field of the form, with the value that it has unless changed. */
export interface FormField extends FieldRules {
  readonly name: string;
  readonly base: unknown;
}

/** Typed texts by field name; untouched fields are missing. */
export type Typed = Readonly<Record<string, string>>;

export interface Checked {
  /** Values that differ from the base, by name. */
  readonly changes: Readonly<Record<string, unknown>>;
  /** Errors by name. */
  readonly problems: Readonly<Record<string, string>>;
}

/** Parses a whole form. */
export function checkForm(fields: readonly FormField[], typed: Typed): Checked {
  const changes: Record<string, unknown> = {};
  const problems: Record<string, string> = {};
  for (const field of fields) {
    const { name, base } = field;
    const text = typed[name];
    if (text === undefined || text === writeValue(base)) continue;
    const read = readValue(field, text);
    if ('problem' in read) problems[name] = read.problem;
    else if (writeValue(read.value) !== writeValue(base)) changes[name] = read.value;
  }
  return { changes, problems };
}

const list = new Intl.ListFormat('en');

/** The names of all wrong fields, for a sentence: "Batch size and Learning rate". Empty if there is none. */
export function wrongFields({ problems }: Pick<Checked, 'problems'>): string {
  return list.format(Object.keys(problems).map(titleOf));
}
