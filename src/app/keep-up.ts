import pLimit from 'p-limit';
import type { Logger } from 'pino';
import type { Notices } from '../cluster/notices.js';
import type { PredictionLog } from '../domain/prediction/prediction-log.js';
import type { AliasDeployer } from '../domain/promotion/alias-deployer.js';
import type { RolloutService } from '../domain/rollout/rollout-service.js';

/** Milliseconds between two looks at all rows, for notices that were lost and for versions that could not be loaded. */
const LOOK_MS = 60_000;

interface Followed {
  readonly notices: Notices;
  readonly deployer: AliasDeployer;
  readonly rollouts: RolloutService;
  readonly predictionLog: PredictionLog;
  readonly log: Logger;
}

/** Has this process follow what other processes do to aliases, rollouts and the settings of models. @returns the end of it. */
export function keepUp({ notices, deployer, rollouts, predictionLog, log }: Followed): () => void {
  const one = pLimit(1);
  const later = (work: () => Promise<void>): void =>
    void one(work).catch((err: unknown) => log.error({ err }, 'a change of another process was not followed'));
  const follow = (model?: string): void =>
    later(async () => {
      await deployer.reconcile(model);
      await rollouts.reconcile();
    });
  const unlisten = [
    notices.onAny('alias', (model) => follow(model ?? undefined)),
    notices.onAny('change', (key) => {
      if (key === null || key.startsWith('MODEL ')) later(() => predictionLog.load());
    }),
  ];
  const timer = setInterval(() => follow(), LOOK_MS).unref();
  return () => {
    clearInterval(timer);
    for (const end of unlisten) end();
  };
}
