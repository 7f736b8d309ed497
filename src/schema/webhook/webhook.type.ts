import { GraphQLDateTimeISO } from 'graphql-scalars';
import { Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';

export enum WebhookEvent {
  RUN_ENDED = 'RUN_ENDED',
  MODEL_VERSION_REGISTERED = 'MODEL_VERSION_REGISTERED',
  ALIAS_MOVED = 'ALIAS_MOVED',
  TEST = 'TEST',
}
registerEnumType(WebhookEvent, { name: 'WebhookEvent', description: 'TEST is what `testWebhook` sends.' });

export enum DeliveryState {
  WAITING = 'WAITING',
  DELIVERED = 'DELIVERED',
  FAILED = 'FAILED',
}
registerEnumType(DeliveryState, { name: 'DeliveryState', description: 'The last two are final.' });

@ObjectType('Webhook', { description: 'An address that is told of what happens.' })
export class WebhookType {
  @Field(() => ID)
  id!: string;

  @Field(() => String)
  url!: string;

  @Field(() => [WebhookEvent])
  events!: `${WebhookEvent}`[];

  @Field(() => String, { description: 'Name of the token that made it.' })
  createdBy!: string;

  @Field(() => GraphQLDateTimeISO)
  createdAt!: Date;
}

@ObjectType()
export class CreatedWebhook {
  @Field(() => WebhookType)
  webhook!: WebhookType;

  @Field(() => String, {
    description: 'With which the receiver checks the signatures (https://www.standardwebhooks.com). Not shown again.',
  })
  secret!: string;
}

@ObjectType('WebhookDelivery', { description: 'A message to a webhook. It is sent until it is taken, or given up.' })
export class WebhookDeliveryType {
  @Field(() => ID, { description: 'The header webhook-id: the same in every attempt.' })
  id!: string;

  @Field(() => WebhookEvent)
  event!: `${WebhookEvent}`;

  @Field(() => DeliveryState)
  state!: `${DeliveryState}`;

  @Field(() => Int)
  attempts!: number;

  @Field(() => GraphQLDateTimeISO, { nullable: true, description: 'Of the next attempt, while it waits.' })
  nextAttemptAt?: Date | null;

  @Field(() => Int, { nullable: true, description: 'Of the last answer.' })
  lastStatus?: number | null;

  @Field(() => String, { nullable: true, description: 'Why there was no answer.' })
  lastError?: string | null;

  @Field(() => String, { description: 'What is sent.' })
  payload!: string;

  @Field(() => GraphQLDateTimeISO)
  createdAt!: Date;
}
