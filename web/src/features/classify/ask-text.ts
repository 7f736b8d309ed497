import { formatShare } from '../../lib/format';
import type { Ask } from './photos';

/** The progress of a request, or its answer, in words. */
export function askText(ask: Ask | undefined): string {
  switch (ask?.state) {
    case undefined:
    case 'waiting':
      return 'waiting';
    case 'sending':
      return ask.share < 1 ? `sending, ${formatShare(ask.share, 0)}` : 'classifying';
    case 'busy':
      return `hub busy, retrying in ${ask.seconds} s`;
    case 'answered':
      return `${ask.answer.label} ${formatShare(ask.answer.confidence)}${ask.answer.inDistribution === false ? ', may be none of these' : ''}`;
    case 'failed':
      return ask.message;
  }
}
