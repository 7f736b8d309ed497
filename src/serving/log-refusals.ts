import type { Logger } from 'pino';
import type { Classifier } from './classifier.js';

/** Says in the log which setting to change when photos that were accepted are not answered in time. */
export function logRefusals({ events }: Classifier, log: Logger): void {
  events.on('refused', ({ model, code }) => {
    if (code !== 'DEADLINE_EXCEEDED') return;
    log.warn({ model }, 'a photo was not answered in time: raise --serving-deadline, or lower --serving-queue');
  });
}
