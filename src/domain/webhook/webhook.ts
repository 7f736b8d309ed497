import { DeliveryState, WebhookEvent } from '../../storage/enums.js';

export { DeliveryState, WebhookEvent };

/** An https address that receives a signed message for each of its events. */
export interface Webhook {
  readonly id: string;
  readonly url: string;
  readonly events: readonly WebhookEvent[];
  /** Name of the token that created it. */
  readonly createdBy: string;
  readonly createdAt: Date;
}

/** A new webhook with its signing secret, which is shown only here. */
export interface CreatedWebhook {
  readonly webhook: Webhook;
  readonly secret: string;
}

/** One message to one webhook, sent until it is accepted or given up. */
export interface WebhookDelivery {
  /** Sent as the header `webhook-id`, the same in every attempt. */
  readonly id: string;
  readonly event: WebhookEvent;
  readonly state: DeliveryState;
  readonly attempts: number;
  /** Null once the state is final. */
  readonly nextAttemptAt: Date | null;
  /** HTTP status of the last answer. */
  readonly lastStatus: number | null;
  /** Reason for which the last attempt got no answer. */
  readonly lastError: string | null;
  /** JSON text of the message. */
  readonly payload: string;
  readonly createdAt: Date;
}
