import { EventEmitter } from 'node:events';
import type { WebhookEvent } from '../../schema/webhook/webhook.type.js';
import type { Prisma } from '../../storage/database.js';

/** What the receiver reads as `type`. */
const TYPES: Readonly<Record<`${WebhookEvent}`, string>> = {
  RUN_ENDED: 'run.ended',
  MODEL_VERSION_REGISTERED: 'model_version.registered',
  ALIAS_MOVED: 'alias.moved',
  TEST: 'test',
};

/** Messages that are to be sent. They are written with what they tell of: neither is there without the other. */
export class WebhookOutbox {
  readonly #news = new EventEmitter();

  /** Writes a message to every webhook that wants to hear of the event; `tell` when the transaction is through. */
  async put(tx: Prisma.TransactionClient, event: `${WebhookEvent}`, data: object): Promise<void> {
    const webhooks = await tx.webhook.findMany({ where: { events: { has: event } }, select: { id: true } });
    if (webhooks.length === 0) return;
    const message = { event, payload: payloadOf(event, data) };
    await tx.webhookDelivery.createMany({ data: webhooks.map(({ id: webhookId }) => ({ webhookId, ...message })) });
  }

  /** Tells the sender that there may be something to send. */
  tell(): void {
    this.#news.emit('news');
  }

  onNews(listener: () => void): void {
    this.#news.on('news', listener);
  }
}

/** The text of a message: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
export function payloadOf(event: `${WebhookEvent}`, data: object): string {
  return JSON.stringify({ type: TYPES[event], timestamp: new Date().toISOString(), data });
}
