import { join } from 'node:path';
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
  readonly changes: ChangeNotices;
  readonly outbox: WebhookOutbox;
  readonly quotas: Quotas;
  readonly rateLimit: RateLimit;
  readonly tokens: TokenService;
}

export function openShared({ config }: Setup, { prisma, folder }: Storage, { queue }: Jobs): Shared {
  return {
    allowed: new AllowedFolders([SAMPLES, ...config.allow]),
    changes: new ChangeNotices(),
    outbox: new WebhookOutbox(queue),
    quotas: new Quotas(config, prisma, folder.path),
    rateLimit: new RateLimit(config.maxRequests),
    tokens: new TokenService(prisma, join(folder.path, 'token')),
  };
}
