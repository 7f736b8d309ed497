import type { z } from 'zod';

/**
 * Parses the value of a JSON column where its row is read.
 * @param column table and column: `models.gate`. @param id of the row.
 * @throws an error that names column and row when the value does not fit the schema.
 */
export function parseColumn<S extends z.ZodType>(schema: S, value: unknown, column: string, id: string): z.output<S> {
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  const problems = error.issues.map(({ path, message }) => `${path.join('.') || 'value'}: ${message}`).join('; ');
  throw new Error(`${column} of row ${id} cannot be read: ${problems}`);
}
