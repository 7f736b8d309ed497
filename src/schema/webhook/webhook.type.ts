import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import {
  type CreatedWebhook,
  DeliveryState,
  type Webhook,
  type WebhookDelivery,
  WebhookEvent,
} from '../../domain/webhook/webhook.js';

registerEnumType(WebhookEvent, {
  name: 'WebhookEvent',
  description: 'Events that a webhook can receive.',
  valuesConfig: {
    RUN_ENDED: { description: 'A run succeeded, failed or was cancelled.' },
    MODEL_VERSION_REGISTERED: { description: 'A model has a new version.' },
    ALIAS_MOVED: { description: 'An alias points to another version.' },
    ALIAS_REMOVED: { description: 'An alias was removed.' },
    MODEL_VERSION_ARCHIVED: { description: 'A version was archived.' },
    MODEL_VERSION_UNARCHIVED: { description: 'A version was taken back from the archive.' },
    MODEL_VERSION_DELETED: { description: 'A version was deleted.' },
    MODEL_ARCHIVED: { description: 'A model was archived.' },
    MODEL_UNARCHIVED: { description: 'A model was taken back from the archive.' },
    MODEL_DELETED: { description: 'A model was deleted with all of its versions.' },
    TEST: { description: 'The message of `testWebhook`.' },
  },
});

registerEnumType(DeliveryState, {
  name: 'DeliveryState',
  description: 'State of a message. DELIVERED and FAILED are final.',
  valuesConfig: {
    WAITING: { description: 'Not accepted yet; the hub tries again.' },
    DELIVERED: { description: 'The receiver accepted it with a 2xx status.' },
    FAILED: { description: 'Given up after the last attempt.' },
  },
});

@ObjectType('Webhook', { description: 'An https address that receives a signed message for each of its events.' })
export class WebhookType implements Webhook {
  @Field(() => ID, { description: 'Id of the webhook.' })
  id!: string;

  @Field(() => String, { description: 'Address that messages are sent to.' })
  url!: string;

  @Field(() => [WebhookEvent], { description: 'Events that it is told of.' })
  events!: readonly WebhookEvent[];

  @Field(() => String, { description: 'Name of the token that created it.' })
  createdBy!: string;

  @Field(() => GraphQLDateTime, { description: 'Time of creation.' })
  createdAt!: Date;
}

@ObjectType('CreatedWebhook', { description: 'A new webhook with its secret.' })
export class CreatedWebhookType implements CreatedWebhook {
  @Field(() => WebhookType, { description: 'The webhook, without its secret.' })
  webhook!: Webhook;

  @Field(() => String, {
    description:
      'Secret with which the receiver checks signatures (https://www.standardwebhooks.com). It is not shown again.',
  })
  secret!: string;
}

@ObjectType('WebhookDelivery', { description: 'One message to a webhook, sent until it is accepted or given up.' })
export class WebhookDeliveryType implements WebhookDelivery {
  @Field(() => ID, { description: 'Sent as the header webhook-id, the same in every attempt.' })
  id!: string;

  @Field(() => WebhookEvent, { description: 'Kind of event.' })
  event!: WebhookEvent;

  @Field(() => DeliveryState, { description: 'State of the delivery.' })
  state!: DeliveryState;

  @Field(() => Int, { description: 'Number of attempts so far.' })
  attempts!: number;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Time of the next attempt; null when final.' })
  nextAttemptAt!: Date | null;

  @Field(() => Int, { nullable: true, description: 'HTTP status of the last answer.' })
  lastStatus!: number | null;

  @Field(() => String, { nullable: true, description: 'Reason why the last attempt got no answer.' })
  lastError!: string | null;

  @Field(() => String, { description: 'JSON text of the message.' })
  payload!: string;

  @Field(() => GraphQLDateTime, { description: 'Time of the event.' })
  createdAt!: Date;
}
