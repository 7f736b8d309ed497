import { join } from 'node:path';
import { Notices } from '../cluster/notices.js';
import { AllowedFolders } from '../domain/allowed-folders.js';
import { ChangeNotices } from '../domain/change/change-notices.js';
import { Quotas } from '../domain/quota/quotas.js';
import { RateLimit } from '../domain/quota/rate-limit.js';
import { TokenService } from '../domain/token/token-service.js';
import { WebhookOutbox } from '../domain/webhook/webhook-outbox.js';
import type { Jobs } from './jobs.js';
import { SAMPLES } from './packaged.js';
import type { Setup } from './setup.js';
import type { Storage } from './storage.js';

/** Services that several others use. */
export interface Shared {
  readonly allowed: AllowedFolders;
  readonly notices: Notices;
  readonly changes: ChangeNotices;
  readonly outbox: WebhookOutbox;
  readonly quotas: Quotas;
  readonly rateLimit: RateLimit;
  readonly tokens: TokenService;
}

export async function openShared({ config, log, closing }: Setup, storage: Storage, jobs: Jobs): Promise<Shared> {
  const { prisma, folder, database, isShared } = storage;
  const { queue, runner } = jobs;
  const notices = new Notices(log, isShared ? database : undefined);
  await notices.open();
  closing.add(() => notices.close());
  notices.onAny('cancel', (id) => id !== null && runner.check(id));
  const allowed = new AllowedFolders([SAMPLES, ...config.allow]);
  for (const path of await allowed.missing())
    log.warn({ path }, 'a folder that was given with --allow is not there: requests cannot read from it yet');
  return {
    notices,
    allowed,
    changes: new ChangeNotices(notices),
    outbox: new WebhookOutbox(queue),
    quotas: new Quotas(config, prisma, folder.path),
    rateLimit: new RateLimit(config.maxRequests),
    tokens: new TokenService(prisma, notices, join(folder.path, 'token')),
  };
}
