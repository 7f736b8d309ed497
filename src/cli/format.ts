import prettyBytes from 'pretty-bytes';
import prettyMilliseconds from 'pretty-ms';

const percentFormat = new Intl.NumberFormat('en', {
  style: 'percent',
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
});

/** 170052171 is "170 MB". */
export const bytes = (count: number): string => prettyBytes(count);

/** 0.8687 is "86.9%". */
export const percent = (share: number): string => percentFormat.format(share);

/** 75.3 is "1m 15s". */
export const duration = (seconds: number): string => prettyMilliseconds(seconds * 1000, { secondsDecimalDigits: 0 });
