import { randomBytes } from 'node:crypto';
import { HubError } from '../../errors.js';
import type { Prisma, PrismaClient } from '../../storage/database.js';
import { requireHttps } from '../../storage/fetch.js';
import type { Actor } from '../actor.js';
import { auditRow } from '../audit/audit-event.js';
import { olderThan, type PageRequest } from '../page.js';
import type { CreatedWebhook, Webhook, WebhookDelivery, WebhookEvent } from './webhook.js';
import { payloadOf, type WebhookOutbox } from './webhook-outbox.js';

/** Creates, tests and deletes webhooks, and lists their deliveries. */
export class WebhookService {
  constructor(
    private readonly prisma: PrismaClient,
    private readonly outbox: WebhookOutbox,
  ) {}

  async list(): Promise<Webhook[]> {
    return this.prisma.webhook.findMany({ orderBy: { id: 'asc' } });
  }

  /** @throws BAD_INPUT unless the address begins with https. */
  async create(url: string, events: readonly WebhookEvent[], actor: Actor): Promise<CreatedWebhook> {
    requireHttps(url);
    const secret = `whsec_${randomBytes(32).toString('base64')}`; // the format of Standard Webhooks
    const data = { url, events: [...new Set(events)], secret, createdBy: actor.name };
    const webhook = await this.prisma.$transaction(async (tx) => {
      const created = await tx.webhook.create({ data });
      const details = { id: created.id, events: created.events };
      const entry = { action: 'WEBHOOK_CREATED', subject: `webhook ${originOf(url)}`, details } as const;
      await tx.auditEvent.create({ data: auditRow(actor, entry) });
      return created;
    });
    return { webhook, secret };
  }

  /** Deletes a webhook with its deliveries. @throws NOT_FOUND. */
  async delete(id: string, actor: Actor): Promise<void> {
    const { url } = await this.#require(id);
    const entry = { action: 'WEBHOOK_DELETED', subject: `webhook ${originOf(url)}`, details: { id } } as const;
    await this.prisma.$transaction([
      this.prisma.webhook.delete({ where: { id } }),
      this.prisma.auditEvent.create({ data: auditRow(actor, entry) }),
    ]);
  }

  /** Sends a message without data. @throws NOT_FOUND. */
  async test(id: string): Promise<WebhookDelivery> {
    await this.#require(id);
    const data = { webhookId: id, event: 'TEST', payload: payloadOf('TEST', {}) } as const;
    const delivery = await this.prisma.$transaction((tx) => this.outbox.write(tx, data));
    return toDelivery(delivery);
  }

  /** A page, newest first. @throws NOT_FOUND. */
  async deliveries(webhookId: string, { first, after }: PageRequest): Promise<WebhookDelivery[]> {
    await this.#require(webhookId);
    const where = { webhookId, ...olderThan(after) };
    const rows = await this.prisma.webhookDelivery.findMany({ where, orderBy: { id: 'desc' }, take: first });
    return rows.map(toDelivery);
  }

  async #require(id: string): Promise<Webhook> {
    const webhook = await this.prisma.webhook.findUnique({ where: { id } });
    if (!webhook) throw new HubError('NOT_FOUND', 'There is no webhook with this id.', { id });
    return webhook;
  }
}

/** The address without its path and query, which may hold secrets. */
const originOf = (url: string): string => new URL(url).origin;

function toDelivery(row: Prisma.WebhookDeliveryGetPayload<object>): WebhookDelivery {
  return { ...row, nextAttemptAt: row.state === 'WAITING' ? row.nextAttemptAt : null };
}
