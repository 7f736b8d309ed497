import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Reads the numbers computed by a script in test/reference. */
export function reference<T>(name: string): T {
  return JSON.parse(readFileSync(join(import.meta.dirname, '..', 'reference', name), 'utf8')) as T;
}

/** Largest difference between two lists, divided by the largest magnitude of the expected one. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length)
    throw new Error(`${actual.length} values where ${expected.length} are expected`);
  const scale = Math.max(...Array.from(expected, Math.abs), Number.MIN_VALUE);
  return Math.max(...Array.from(expected, (value, i) => Math.abs(value - actual[i]!))) / scale;
}
