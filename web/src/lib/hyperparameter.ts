/** What the hub says of a field of a recipe. */
export interface About {
  readonly kind: 'INT' | 'FLOAT' | 'BOOLEAN' | 'CHOICE';
  readonly nullable: boolean;
  readonly min: number | null;
  readonly max: number | null;
  readonly exclusiveMin: boolean;
  readonly unit: string | null;
}

/** What was typed, or why it cannot be used. */
export type Read = { readonly value: unknown } | { readonly problem: string };

/** For example "1 to 4096 images", or "above 0, at most 1"; empty for what is no number. */
export function rangeOf({ min, max, exclusiveMin, unit }: About): string {
  if (min === null || max === null) return '';
  return `${exclusiveMin ? `above ${min}, at most ${max}` : `${min} to ${max}`}${unit ? ` ${unit}` : ''}`;
}

/** Reads what stands in a form. */
export function readValue(about: About, text: string): Read {
  const { kind, nullable, min, max, exclusiveMin } = about;
  if (kind === 'BOOLEAN') return { value: text === 'true' };
  if (kind === 'CHOICE') return { value: text };
  const trimmed = text.trim();
  if (trimmed === '' && nullable) return { value: null };
  const value = trimmed === '' ? Number.NaN : Number(trimmed);
  const below = min !== null && (exclusiveMin ? value <= min : value < min);
  const above = max !== null && value > max;
  if (!Number.isFinite(value) || below || above || (kind === 'INT' && !Number.isInteger(value))) {
    const what = kind === 'INT' ? 'a whole number' : 'a number';
    return { problem: `Give ${what}, ${rangeOf(about)}${nullable ? ', or nothing' : ''}.` };
  }
  return { value };
}

/** A value as it stands in a form. */
export const writeValue = (value: unknown): string => (value === null || value === undefined ? '' : String(value));

/** A value in words. */
export function showValue(value: unknown, unit: string | null = null): string {
  if (value === null || value === undefined) return 'never';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return `${value}${unit ? ` ${unit}` : ''}`;
}
