import type { Logger } from 'pino';
import { Webhook } from 'standardwebhooks';
import { HubError } from '../../errors.js';
import type { ChoreHandler } from '../../jobs/job-handler.js';
import type { WaitingJob } from '../../jobs/queue.js';
import type { Prisma, PrismaClient } from '../../storage/database.js';
import type { Post } from '../../storage/post.js';

const SECOND = 1000;
const HOUR = 3600 * SECOND;
/** Milliseconds from one attempt to the next; after the last one the message is given up. */
export const RETRY_DELAYS = [5, 60, 300, 1800].map((seconds) => seconds * SECOND).concat(2 * HOUR, 8 * HOUR, 24 * HOUR);
/** Milliseconds for which ended messages are kept. */
const KEPT = 30 * 24 * HOUR;

interface DeliverParts {
  readonly prisma: PrismaClient;
  readonly post: Post;
  readonly log: Logger;
  readonly retryDelays: readonly number[];
}

/** Delivers messages to webhooks, each at least once unless it is given up. The rows are what the API shows. */
export class DeliverHandler implements ChoreHandler {
  constructor(private readonly parts: DeliverParts) {}

  async waiting(): Promise<WaitingJob[]> {
    const rows = await this.parts.prisma.webhookDelivery.findMany({
      where: { state: 'WAITING' },
      orderBy: [{ nextAttemptAt: 'asc' }, { id: 'asc' }],
      select: { id: true, nextAttemptAt: true },
    });
    return rows.map(({ id, nextAttemptAt: at }) => ({ id, at }));
  }

  /** Makes one attempt. @returns the time of the next one. */
  async perform(id: string, signal: AbortSignal): Promise<Date | undefined> {
    const { prisma, log, retryDelays } = this.parts;
    const found = await prisma.webhookDelivery.findUnique({ where: { id }, include: { webhook: true } });
    if (found?.state !== 'WAITING') return undefined; // gone with its webhook
    const { attempts, nextAttemptAt, payload, webhook } = found;
    const delay = retryDelays[attempts];
    const next = new Date(Date.now() + (delay ?? 0));
    // Written before the message is sent: an attempt in which the hub dies counts, and no other hub makes it too.
    const { count } = await prisma.webhookDelivery.updateMany({
      where: { id, state: 'WAITING', nextAttemptAt },
      data: { attempts: attempts + 1, nextAttemptAt: next },
    });
    if (count === 0) return undefined;
    const outcome = await this.#post(id, payload, webhook, signal);
    if (signal.aborted && outcome.lastError !== null) return next; // sent when a hub starts
    const taken = outcome.lastStatus !== null && outcome.lastStatus >= 200 && outcome.lastStatus < 300;
    const state = taken ? 'DELIVERED' : delay === undefined ? 'FAILED' : 'WAITING';
    await prisma.webhookDelivery.updateMany({ where: { id }, data: { ...outcome, state } });
    if (state === 'FAILED') log.warn({ webhook: webhook.id, delivery: id, ...outcome }, 'webhook message given up');
    return state === 'WAITING' ? next : undefined;
  }

  /** Deletes messages that ended long ago. */
  async deleteOld(now = new Date()): Promise<void> {
    const createdAt = { lt: new Date(now.getTime() - KEPT) };
    await this.parts.prisma.webhookDelivery.deleteMany({ where: { state: { not: 'WAITING' }, createdAt } });
  }

  async #post(id: string, payload: string, { url, secret }: Prisma.WebhookGetPayload<object>, signal: AbortSignal) {
    const at = new Date();
    const headers = {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / SECOND)),
      'webhook-signature': new Webhook(secret).sign(id, at, payload),
    };
    return this.parts.post(url, payload, headers, signal).then(
      (lastStatus) => ({ lastStatus, lastError: null }),
      (error: Error) => ({ lastStatus: null, lastError: error instanceof HubError ? error.message : String(error) }),
    );
  }
}
