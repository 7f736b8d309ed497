import type { Logger } from 'pino';
import type { Answerer } from './answer.js';
import type { LoadedVersions } from './loaded-versions.js';

/** Logs the events that make serving slower than it could be. */
export function logServing(answerer: Answerer, loaded: LoadedVersions, log: Logger): void {
  answerer.events.on('refused', ({ model, code }) => {
    if (code !== 'DEADLINE_EXCEEDED') return;
    log.warn({ model }, 'a photo was not answered in time: raise --serving-deadline, or lower --serving-queue');
  });
  loaded.events.on('otherForm', ({ model, number, form, wantedForm }) => {
    const what = { model, version: number, form, wantedForm };
    log.warn(
      what,
      'a version serves in another form: this machine lacks OpenVINO (npm run engine:openvino), or bfloat16',
    );
  });
  loaded.events.on('alone', ({ model, number }, error) => {
    log.warn(
      { model, number, err: error },
      'photos are not computed side by side: the network could not be loaded again',
    );
  });
}
