import { formatDate } from './format.js';
import { showValue, titleOf } from './hyperparameter.js';

/** A named value; a list of objects has a line for each. */
export interface Detail {
  readonly name: string;
  readonly lines: readonly string[];
}

const TIME = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

/** The details of an audit event for people. Values that are null are left out. */
export function readDetails(details: Readonly<Record<string, unknown>>): Detail[] {
  return Object.entries(details).flatMap(([name, value]) => {
    const lines = linesOf(value);
    return lines.length > 0 ? [{ name: titleOf(name), lines }] : [];
  });
}

function linesOf(value: unknown): string[] {
  if (value === null || value === undefined) return [];
  if (!Array.isArray(value)) return [textOf(value)];
  if (value.length === 0) return ['none'];
  const lines = value.map(textOf);
  return value.some(isObject) ? lines : [lines.join(', ')];
}

function textOf(value: unknown): string {
  if (isObject(value)) {
    const fields = readDetails(value).map(({ name, lines }) => `${name.toLowerCase()} ${lines.join('; ')}`);
    return fields.length > 0 ? fields.join(', ') : 'none';
  }
  if (Array.isArray(value)) return value.map(textOf).join(', ');
  if (typeof value === 'number') return String(Number(value.toPrecision(6)));
  return typeof value === 'string' && TIME.test(value) ? formatDate(value) : showValue(value);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
