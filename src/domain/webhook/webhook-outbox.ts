import type { JobQueue } from '../../jobs/queue.js';
import type { Prisma } from '../../storage/database.js';
import type { WebhookEvent } from './webhook.js';

/** The `type` of a message, by event. */
const TYPES: Readonly<Record<WebhookEvent, string>> = {
  RUN_ENDED: 'run.ended',
  MODEL_VERSION_REGISTERED: 'model_version.registered',
  ALIAS_MOVED: 'alias.moved',
  ALIAS_REMOVED: 'alias.removed',
  MODEL_VERSION_ARCHIVED: 'model_version.archived',
  MODEL_VERSION_UNARCHIVED: 'model_version.unarchived',
  MODEL_VERSION_DELETED: 'model_version.deleted',
  MODEL_ARCHIVED: 'model.archived',
  MODEL_UNARCHIVED: 'model.unarchived',
  MODEL_DELETED: 'model.deleted',
  TEST: 'test',
};

/** Messages to send, written in the transaction of the change that they report: neither is stored without the other. */
export class WebhookOutbox {
  constructor(private readonly queue: JobQueue) {}

  /** Writes a message to every webhook with this event. */
  async put(tx: Prisma.TransactionClient, event: WebhookEvent, data: object): Promise<void> {
    const webhooks = await tx.webhook.findMany({ where: { events: { has: event } }, select: { id: true } });
    const payload = payloadOf(event, data);
    for (const { id: webhookId } of webhooks) await this.write(tx, { webhookId, event, payload });
  }

  /** Writes a message with the job that delivers it. */
  async write(tx: Prisma.TransactionClient, data: Prisma.WebhookDeliveryUncheckedCreateInput) {
    const delivery = await tx.webhookDelivery.create({ data });
    await this.queue.enqueue(tx, 'deliver', { id: delivery.id });
    return delivery;
  }
}

/** The text of a message: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
export function payloadOf(event: WebhookEvent, data: object): string {
  return JSON.stringify({ type: TYPES[event], timestamp: new Date().toISOString(), data });
}
