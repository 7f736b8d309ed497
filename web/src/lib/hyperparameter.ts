import { formatWords } from './format.js';

/** The kind and range of a recipe's field. */
export interface FieldRules {
  readonly kind: 'INT' | 'FLOAT' | 'BOOLEAN' | 'CHOICE' | 'WEIGHTS';
  readonly nullable: boolean;
  readonly min: number | null;
  readonly max: number | null;
  readonly exclusiveMin: boolean;
  readonly unit: string | null;
  /** Values of a CHOICE; of WEIGHTS those that are no object. */
  readonly choices: readonly string[];
}

/** The typed value, or why it is invalid. */
export type Parsed = { readonly value: unknown } | { readonly problem: string };

/** Names of fields that are not their names in the API as words. */
const TITLES: Readonly<Record<string, string>> = { splitLayer: 'First trained layer', warmUpEpochs: 'Warm-up epochs' };

/** The name of a field as words: learningRate is "Learning rate". */
export function titleOf(name: string): string {
  const words = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return TITLES[name] ?? `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

/** For example "1 to 4096 images" or "above 0, at most 1"; empty for fields without a range. */
export function rangeOf({ min, max, exclusiveMin, unit }: FieldRules): string {
  if (min === null || max === null) return '';
  return `${exclusiveMin ? `above ${min}, at most ${max}` : `${min} to ${max}`}${unit ? ` ${unit}` : ''}`;
}

/** Parses the text of a form field. */
export function readValue(about: FieldRules, text: string): Parsed {
  const { kind, nullable, min, max, exclusiveMin } = about;
  if (kind === 'BOOLEAN') return { value: text === 'true' };
  if (kind === 'CHOICE') return { value: text };
  const trimmed = text.trim();
  if (kind === 'WEIGHTS') return readWeights(trimmed, about.choices);
  if (trimmed === '' && nullable) return { value: null };
  const value = trimmed === '' ? Number.NaN : Number(trimmed);
  const below = min !== null && (exclusiveMin ? value <= min : value < min);
  const above = max !== null && value > max;
  if (!Number.isFinite(value) || below || above || (kind === 'INT' && !Number.isInteger(value))) {
    const what = kind === 'INT' ? 'a whole number' : 'a number';
    return { problem: `Enter ${what}, ${rangeOf(about)}${nullable ? ', or leave it empty' : ''}.` };
  }
  return { value };
}

/** One of the choices, or an object of numbers by name as JSON. */
function readWeights(text: string, choices: readonly string[]): Parsed {
  if (choices.includes(text)) return { value: text };
  const value = jsonOf(text);
  const numbers = typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.values(value) : [null];
  if (numbers.every((number) => typeof number === 'number')) return { value };
  return { problem: `Enter ${choices.join(', ')}, or weights by class name such as {"cat": 2, "dog": 0.5}.` };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A value as the text of a form field. */
export function writeValue(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** A drawn value with four digits: 0.0006859 for 0.0006858661665293177. */
export function showDrawn(value: unknown): string {
  const isLong = typeof value === 'number' && !Number.isInteger(value);
  return showValue(isLong ? Number(value.toPrecision(4)) : value);
}

/** A value as text for tables. */
export function showValue(value: unknown, unit: string | null = null): string {
  if (value === null || value === undefined) return 'never';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'object') return JSON.stringify(value);
  if (typeof value === 'string' && /^[A-Z_]+$/.test(value)) return formatWords(value);
  return `${value}${unit ? ` ${unit}` : ''}`;
}
