import prettyBytes from 'pretty-bytes';
import prettyMilliseconds from 'pretty-ms';

const count = new Intl.NumberFormat('en');
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'short' });
const dateTime = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' });

/** Seconds of each unit, the largest first. */
const UNITS = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;

export const formatCount = (value: number): string => count.format(value);
export const formatBytes = (bytes: number): string => prettyBytes(bytes);
export const formatDate = (iso: string): string => dateTime.format(new Date(iso));

/** 12.3 s, 4m 5s */
export const formatSeconds = (seconds: number): string =>
  prettyMilliseconds(seconds * 1000, { secondsDecimalDigits: seconds < 10 ? 1 : 0, unitCount: 2 });

/** 12.3 ms; a dash for what was not measured. */
export const formatMilliseconds = (value: number | null): string => (value === null ? '–' : `${value.toFixed(1)} ms`);

/** A share as a percentage: 54.8%. Only 0 and 1 look like it: near them, <0.1% and >99.9%. */
export function formatShare(share: number, digits = 1): string {
  const step = 10 ** -digits / 100;
  if (share > 0 && share < step) return `<${(step * 100).toFixed(digits)}%`;
  if (share < 1 && share > 1 - step) return `>${((1 - step) * 100).toFixed(digits)}%`;
  return `${(share * 100).toFixed(digits)}%`;
}

/** 5 min. ago */
export function formatAge(iso: string, now = Date.now()): string {
  const seconds = (new Date(iso).getTime() - now) / 1000;
  for (const [unit, length] of UNITS) {
    if (Math.abs(seconds) >= length) return relative.format(Math.round(seconds / length), unit);
  }
  return 'just now';
}

/** The name of an enum's value as words: ALIAS_MOVED is "Alias moved", CANCELLED is "Canceled". */
export function formatWords(name: string): string {
  const words = name.toLowerCase().replaceAll('_', ' ').replace('cancelled', 'canceled');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The end of a UUID; its beginning is a time, which neighbors share. */
export const shortId = (id: string): string => id.slice(-8);

/** Whether a text is the beginning or the end of an ID, which an address may have instead of it. */
export function isPartOfId(text: string, id: string): boolean {
  const part = text.toLowerCase();
  return part !== id && (id.startsWith(part) || id.endsWith(part));
}
