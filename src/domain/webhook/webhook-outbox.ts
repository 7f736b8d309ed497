import { EventEmitter } from 'node:events';
import type { Prisma } from '../../storage/database.js';
import type { WebhookEvent } from './webhook.js';

/** The `type` of a message, by event. */
const TYPES: Readonly<Record<WebhookEvent, string>> = {
  RUN_ENDED: 'run.ended',
  MODEL_VERSION_REGISTERED: 'model_version.registered',
  ALIAS_MOVED: 'alias.moved',
  TEST: 'test',
};

/** Messages to send, written in the transaction of the change that they report: neither is stored without the other. */
export class WebhookOutbox {
  readonly #emitter = new EventEmitter();

  /** Writes a message to every webhook with this event. Call `tell` after the transaction commits. */
  async put(tx: Prisma.TransactionClient, event: WebhookEvent, data: object): Promise<void> {
    const webhooks = await tx.webhook.findMany({ where: { events: { has: event } }, select: { id: true } });
    if (webhooks.length === 0) return;
    const message = { event, payload: payloadOf(event, data) };
    await tx.webhookDelivery.createMany({ data: webhooks.map(({ id: webhookId }) => ({ webhookId, ...message })) });
  }

  /** Tells the sender that there may be messages to send. */
  tell(): void {
    this.#emitter.emit('news');
  }

  onNews(listener: () => void): void {
    this.#emitter.on('news', listener);
  }
}

/** The text of a message: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
export function payloadOf(event: WebhookEvent, data: object): string {
  return JSON.stringify({ type: TYPES[event], timestamp: new Date().toISOString(), data });
}
