import type { Logger } from 'pino';
import { Webhook } from 'standardwebhooks';
import { HubError } from '../../errors.js';
import { WorkLoop } from '../../jobs/work-loop.js';
import type { Prisma, PrismaClient } from '../../storage/database.js';
import type { Post } from '../../storage/post.js';
import type { WebhookOutbox } from './webhook-outbox.js';

const SECOND = 1000;
const HOUR = 3600 * SECOND;
/** Milliseconds from one attempt to the next; behind the last one the message is given up. */
export const RETRY_DELAYS = [5, 60, 300, 1800].map((seconds) => seconds * SECOND).concat(2 * HOUR, 8 * HOUR, 24 * HOUR);
/** Messages sent at the same time. */
const AT_ONCE = 8;
/** Milliseconds for which messages that have ended are kept. */
const KEPT = 30 * 24 * HOUR;

const withWebhook = { webhook: true } as const;
type Delivery = Prisma.WebhookDeliveryGetPayload<{ include: typeof withWebhook }>;

export interface SenderParts {
  readonly prisma: PrismaClient;
  readonly outbox: WebhookOutbox;
  readonly post: Post;
  readonly log: Logger;
  readonly retryDelays: readonly number[];
}

/** Sends what is in the outbox, each message at least once unless it is given up; goes on where an earlier hub ended. */
export class WebhookSender {
  readonly #loop = new WorkLoop(
    () => this.#next(),
    (err) => this.parts.log.error({ err }, 'webhooks cannot be sent; the hub tries again'),
  );
  readonly #closed = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly parts: SenderParts) {}

  /** Sends what is left, and from now on what comes. */
  async start(): Promise<void> {
    const { prisma, outbox } = this.parts;
    const ended = { state: { not: 'WAITING' }, createdAt: { lt: new Date(Date.now() - KEPT) } } as const;
    await prisma.webhookDelivery.deleteMany({ where: ended });
    outbox.onNews(() => this.#loop.wake());
    this.#loop.wake();
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    const closed = this.#loop.close();
    this.#closed.abort(new Error('the hub is closed'));
    await closed;
  }

  /** Makes the attempts that are due; when none is, waits for the next one. */
  async #next(): Promise<boolean> {
    try {
      const waiting = await this.parts.prisma.webhookDelivery.findMany({
        where: { state: 'WAITING' },
        include: withWebhook,
        orderBy: [{ nextAttemptAt: 'asc' }, { id: 'asc' }],
        take: AT_ONCE,
      });
      const now = Date.now();
      const due = waiting.filter(({ nextAttemptAt }) => nextAttemptAt.getTime() <= now);
      if (due.length === 0) this.#wakeAt(waiting[0]?.nextAttemptAt);
      await Promise.all(due.map((delivery) => this.#attempt(delivery)));
      return due.length > 0;
    } catch (error) {
      if (!this.#loop.closed) this.parts.log.error({ err: error }, 'webhooks cannot be sent');
      return false;
    }
  }

  #wakeAt(time: Date | undefined): void {
    clearTimeout(this.#timer);
    if (!time || this.#loop.closed) return;
    this.#timer = setTimeout(() => this.#loop.wake(), Math.min(time.getTime() - Date.now(), HOUR)).unref();
  }

  async #attempt({ id, attempts, nextAttemptAt, payload, webhook }: Delivery): Promise<void> {
    const { prisma, post, log, retryDelays } = this.parts;
    const delay = retryDelays[attempts];
    // Written before it is sent: an attempt in which the hub dies counts, and another hub does not make it as well.
    const { count } = await prisma.webhookDelivery.updateMany({
      where: { id, state: 'WAITING', nextAttemptAt },
      data: { attempts: attempts + 1, nextAttemptAt: new Date(Date.now() + (delay ?? 0)) },
    });
    if (count === 0) return;
    const at = new Date();
    const headers = {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / SECOND)),
      'webhook-signature': new Webhook(webhook.secret).sign(id, at, payload),
    };
    const outcome = await post(webhook.url, payload, headers, this.#closed.signal).then(
      (lastStatus) => ({ lastStatus, lastError: null }),
      (error: Error) => ({ lastStatus: null, lastError: error instanceof HubError ? error.message : String(error) }),
    );
    if (this.#closed.signal.aborted && outcome.lastError !== null) return; // sent again when a hub starts
    const taken = outcome.lastStatus !== null && outcome.lastStatus >= 200 && outcome.lastStatus < 300;
    const state = taken ? 'DELIVERED' : delay === undefined ? 'FAILED' : 'WAITING';
    await prisma.webhookDelivery.updateMany({ where: { id }, data: { ...outcome, state } });
    if (state === 'FAILED') log.warn({ webhook: webhook.id, delivery: id, ...outcome }, 'webhook message given up');
  }
}
