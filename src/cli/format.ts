import prettyBytes from 'pretty-bytes';
import prettyMilliseconds from 'pretty-ms';

const percentFormat = new Intl.NumberFormat('en', {
  style: 'percent',
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
});
const countFormat = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
/** The Swedish format is 2026-11-25 14:12: sortable and unambiguous. */
const momentFormat = new Intl.DateTimeFormat('sv', { dateStyle: 'short', timeStyle: 'short' });

/** The end of an id, which is enough to name it; the beginning is a time, which neighbors share. */
export const shortId = (id: string): string => id.slice(-8);

/** 170052171 is "170 MB". */
export const bytes = (count: number): string => prettyBytes(count);

/** 12500 is "12,500". */
export const count = (number: number): string => countFormat.format(number);

/** 0.8687 is "86.9%". */
export const percent = (share: number): string => percentFormat.format(share);

/** A value of a recipe as text: objects as JSON. */
export const plain = (value: unknown): string =>
  typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);

/** A value as short text: numbers have four significant digits. */
export const short = (value: unknown): string =>
  plain(typeof value === 'number' ? Number(value.toPrecision(4)) : value);

/** 75.3 is "1m 15s". */
export const duration = (seconds: number): string => prettyMilliseconds(seconds * 1000, { secondsDecimalDigits: 0 });

/** An ISO 8601 time in the local time zone. */
export const moment = (iso: string): string => momentFormat.format(new Date(iso));

/** Formats a value unless it is null. */
export const maybe = <T>(value: T | null, form: (value: T) => string): string | null =>
  value === null ? null : form(value);
