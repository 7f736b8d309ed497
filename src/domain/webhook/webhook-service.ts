import { randomBytes } from 'node:crypto';
import { HubError } from '../../errors.js';
import type {
  CreatedWebhook,
  WebhookDeliveryType,
  WebhookEvent,
  WebhookType,
} from '../../schema/webhook/webhook.type.js';
import type { Prisma, PrismaClient } from '../../storage/database.js';
import { requireHttps } from '../../storage/fetch.js';
import type { Actor } from '../actor.js';
import { auditRow } from '../audit/audit-event.js';
import { payloadOf, type WebhookOutbox } from './webhook-outbox.js';

/** Deliveries that are listed. */
const LISTED = 100;

export class WebhookService {
  constructor(
    private readonly prisma: PrismaClient,
    private readonly outbox: WebhookOutbox,
  ) {}

  async list(): Promise<WebhookType[]> {
    return this.prisma.webhook.findMany({ orderBy: { id: 'asc' } });
  }

  /** @throws BAD_INPUT unless the address is one of https. */
  async create(url: string, events: readonly `${WebhookEvent}`[], by: Actor): Promise<CreatedWebhook> {
    requireHttps(url);
    const secret = `whsec_${randomBytes(32).toString('base64')}`; // the form that Standard Webhooks asks for
    const data = { url, events: [...new Set(events)], secret, createdBy: by.name };
    const webhook = await this.prisma.$transaction(async (tx) => {
      const made = await tx.webhook.create({ data });
      const details = { id: made.id, events: made.events };
      const entry = { action: 'WEBHOOK_CREATED', subject: `webhook ${shown(url)}`, details } as const;
      await tx.auditEvent.create({ data: auditRow(by, entry) });
      return made;
    });
    return { webhook, secret };
  }

  /** Deletes it with its messages. */
  async delete(id: string, by: Actor): Promise<void> {
    const { url } = await this.#require(id);
    const entry = { action: 'WEBHOOK_DELETED', subject: `webhook ${shown(url)}`, details: { id } } as const;
    await this.prisma.$transaction([
      this.prisma.webhook.delete({ where: { id } }),
      this.prisma.auditEvent.create({ data: auditRow(by, entry) }),
    ]);
  }

  /** Sends a message that says nothing. */
  async test(id: string): Promise<WebhookDeliveryType> {
    await this.#require(id);
    const data = { webhookId: id, event: 'TEST', payload: payloadOf('TEST', {}) } as const;
    const delivery = await this.prisma.webhookDelivery.create({ data });
    this.outbox.tell();
    return toDelivery(delivery);
  }

  /** The last hundred, newest first. */
  async deliveries(webhookId: string): Promise<WebhookDeliveryType[]> {
    await this.#require(webhookId);
    const where = { webhookId };
    return (await this.prisma.webhookDelivery.findMany({ where, orderBy: { id: 'desc' }, take: LISTED })).map(
      toDelivery,
    );
  }

  async #require(id: string): Promise<WebhookType> {
    const webhook = await this.prisma.webhook.findUnique({ where: { id } });
    if (!webhook) throw new HubError('NOT_FOUND', 'There is no webhook with this id.', { id });
    return webhook;
  }
}

/** Without what may be secret in an address. */
const shown = (url: string): string => new URL(url).origin;

function toDelivery(row: Prisma.WebhookDeliveryGetPayload<object>): WebhookDeliveryType {
  return { ...row, nextAttemptAt: row.state === 'WAITING' ? row.nextAttemptAt : null };
}
