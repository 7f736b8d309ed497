import { Arg, Args, ArgsType, Ctx, Field, ID, Mutation, Query, Resolver } from 'type-graphql';
import { type CreatedWebhook, type Webhook, type WebhookDelivery, WebhookEvent } from '../../domain/webhook/webhook.js';
import type { WebhookService } from '../../domain/webhook/webhook-service.js';
import { Checked, list, text } from '../checked.js';
import { ListArgs, requested } from '../connection.js';
import type { Context } from '../context.js';
import { Needs } from '../permission.js';
import { CreatedWebhookType, WebhookDeliveryType, WebhookType } from './webhook.type.js';

@ArgsType()
class CreateWebhookArgs {
  @Field(() => String, { description: 'An https address.' })
  @Checked(text(0, 2000))
  url!: string;

  @Field(() => [WebhookEvent], { description: 'Events that it receives.' })
  @Checked(list(1, Object.keys(WebhookEvent).length))
  events!: WebhookEvent[];
}

@Resolver()
export class WebhookResolver {
  constructor(private readonly service: WebhookService) {}

  @Query(() => [WebhookType], { description: 'All webhooks, oldest first.' })
  @Needs('ADMIN')
  async webhooks(): Promise<Webhook[]> {
    return this.service.list();
  }

  @Query(() => [WebhookDeliveryType], { description: 'Messages to a webhook, newest first.' })
  @Needs('ADMIN')
  async webhookDeliveries(
    @Arg('webhookId', () => ID, { description: 'Id of the webhook.' }) webhookId: string,
    @Args(() => ListArgs) page: ListArgs,
  ): Promise<WebhookDelivery[]> {
    return this.service.deliveries(webhookId, requested(page));
  }

  @Mutation(() => CreatedWebhookType, { description: 'Creates a webhook. It receives events from now on.' })
  @Needs('ADMIN')
  async createWebhook(
    @Args(() => CreateWebhookArgs) { url, events }: CreateWebhookArgs,
    @Ctx() { actor }: Context,
  ): Promise<CreatedWebhook> {
    return this.service.create(url, events, actor);
  }

  @Mutation(() => WebhookDeliveryType, {
    description: 'Sends a message without data. Query `webhookDeliveries` for its state.',
  })
  @Needs('ADMIN')
  async testWebhook(@Arg('id', () => ID, { description: 'Id of the webhook.' }) id: string): Promise<WebhookDelivery> {
    return this.service.test(id);
  }

  @Mutation(() => ID, { description: 'Deletes a webhook and its messages. Returns its id.' })
  @Needs('ADMIN')
  async deleteWebhook(
    @Arg('id', () => ID, { description: 'Id of the webhook.' }) id: string,
    @Ctx() { actor }: Context,
  ): Promise<string> {
    await this.service.delete(id, actor);
    return id;
  }
}
