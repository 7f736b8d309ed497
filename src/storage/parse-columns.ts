import type { z } from 'zod';

/**
 * Parses the JSON columns of a row.
 * @param row names the row in the error: "run 0191…".
 * @returns the columns of the schema, and no others. @throws naming the row and each column that does not fit.
 */
export function parseColumns<T>(schema: z.ZodType<T>, columns: object, row: string): T {
  const { success, data, error } = schema.safeParse(columns);
  if (success) return data;
  const problems = error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new Error(`The database row of ${row} is damaged: ${problems.join('; ')}`);
}

/** A figure of a row; null where an older hub stored one that is not a number. */
export function finiteOrNull(value: number | null): number | null {
  return Number.isFinite(value) ? value : null;
}
