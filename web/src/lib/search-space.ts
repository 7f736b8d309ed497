import { type FieldRules, readValue } from './hyperparameter.js';

/** A hyperparameter that trials differ in, as typed. */
export interface TypedParameter {
  readonly name: string;
  /** The values to try, separated by commas. */
  readonly values: string;
}

/** A range that trials draw from, as typed. */
export interface TypedRange {
  readonly name: string;
  readonly min: string;
  readonly max: string;
  readonly scale: 'LINEAR' | 'LOG';
}

type Result<T> = { readonly value: T } | { readonly problem: string };

/** The values of a list such as "0.001, 0.01". */
export function readValues(about: FieldRules, text: string): Result<unknown[]> {
  const pieces = text
    .split(',')
    .map((piece) => piece.trim())
    .filter(Boolean);
  if (pieces.length === 0) return { problem: 'Enter at least one value, separated by commas.' };
  const values: unknown[] = [];
  for (const piece of pieces) {
    const read = readPiece(about, piece);
    if ('problem' in read) return { problem: `${piece}: ${read.problem}` };
    values.push(read.value);
  }
  return new Set(values).size < values.length ? { problem: 'Enter each value once.' } : { value: values };
}

function readPiece(about: FieldRules, piece: string): ReturnType<typeof readValue> {
  const choices = about.kind === 'BOOLEAN' ? ['true', 'false'] : about.choices;
  if (about.kind === 'BOOLEAN' || about.kind === 'CHOICE' || about.kind === 'WEIGHTS') {
    return choices.includes(piece) ? readValue(about, piece) : { problem: `Enter ${choices.join(' or ')}.` };
  }
  if (about.nullable && piece === 'never') return { value: null };
  return readValue({ ...about, nullable: false }, piece);
}

/** The ends of a range. */
export function readRange(about: FieldRules, { min, max, scale }: TypedRange): Result<{ min: number; max: number }> {
  const rules = { ...about, nullable: false };
  const [from, to] = [readValue(rules, min), readValue(rules, max)] as const;
  if ('problem' in from) return { problem: `Minimum: ${from.problem}` };
  if ('problem' in to) return { problem: `Maximum: ${to.problem}` };
  const [low, high] = [Number(from.value), Number(to.value)];
  if (low >= high) return { problem: 'Enter a range whose end is above its beginning.' };
  if (scale === 'LOG' && low <= 0) return { problem: 'A logarithmic range begins above 0.' };
  return { value: { min: low, max: high } };
}

/** Whether trials can draw from a range of it. */
export const hasRange = ({ kind }: FieldRules): boolean => kind === 'INT' || kind === 'FLOAT';
