/** Splits a list into pieces of `size`; the last piece may be shorter. */
export function chunks<T>(values: readonly T[], size: number): (readonly T[])[] {
  return Array.from({ length: Math.ceil(values.length / size) }, (_, i) => values.slice(i * size, (i + 1) * size));
}
