import pLimit from 'p-limit';
import type { Logger } from 'pino';
import type { Notices } from '../cluster/notices.js';
import type { PredictionLog } from '../domain/prediction/prediction-log.js';

/** Milliseconds between two looks at all rows, for notices that were lost and for versions that could not be loaded. */
const LOOK_MS = 60_000;

interface Followed {
  readonly notices: Notices;
  /** Serves what aliases and rollouts say. @param model the only model to look at. */
  readonly follow: (model?: string) => Promise<void>;
  readonly predictionLog: PredictionLog;
  readonly log: Logger;
}

/** Has this process follow what other processes do to aliases, rollouts and the settings of models. @returns the end of it. */
export function keepUp({ notices, follow, predictionLog, log }: Followed): () => void {
  const one = pLimit(1);
  const later = (work: () => Promise<void>): void =>
    void one(work).catch((err: unknown) => log.error({ err }, 'a change of another process was not followed'));
  const unlisten = [
    notices.onAny('alias', (model) => later(() => follow(model ?? undefined))),
    notices.onAny('change', (key) => {
      if (key === null || key.startsWith('MODEL ')) later(() => predictionLog.load());
    }),
  ];
  const timer = setInterval(() => later(follow), LOOK_MS).unref();
  return () => {
    clearInterval(timer);
    for (const end of unlisten) end();
  };
}
