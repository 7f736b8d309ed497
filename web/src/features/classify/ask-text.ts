import { formatShare } from '../../lib/format';
import type { Ask } from './photos';

/** How far a photo is, in words. */
export function askText(ask: Ask | undefined): string {
  switch (ask?.state) {
    case undefined:
    case 'waiting':
      return 'waiting';
    case 'sending':
      return ask.share < 1 ? `sending, ${formatShare(ask.share, 0)}` : 'being looked at';
    case 'busy':
      return `the hub is busy: asked again in ${ask.seconds} s`;
    case 'answered':
      return `${ask.answer.label} ${formatShare(ask.answer.confidence)}${ask.answer.inDistribution === false ? ', perhaps none of these' : ''}`;
    case 'failed':
      return ask.message;
  }
}
