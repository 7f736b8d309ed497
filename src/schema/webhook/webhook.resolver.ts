import { ArrayMinSize, MaxLength } from 'class-validator';
import { Arg, Args, ArgsType, Ctx, Field, ID, Mutation, Query, Resolver } from 'type-graphql';
import type { WebhookService } from '../../domain/webhook/webhook-service.js';
import type { Context } from '../context.js';
import { Needs } from '../permission.js';
import { CreatedWebhook, WebhookDeliveryType, WebhookEvent, WebhookType } from './webhook.type.js';

@ArgsType()
class CreateWebhookArgs {
  @Field(() => String, { description: 'An https address.' })
  @MaxLength(2000)
  url!: string;

  @Field(() => [WebhookEvent], { description: 'Of what it is told.' })
  @ArrayMinSize(1)
  events!: WebhookEvent[];
}

@Resolver()
export class WebhookResolver {
  constructor(private readonly service: WebhookService) {}

  @Query(() => [WebhookType])
  @Needs('ADMIN')
  async webhooks(): Promise<WebhookType[]> {
    return this.service.list();
  }

  @Query(() => [WebhookDeliveryType], { description: 'Newest first, the last hundred.' })
  @Needs('ADMIN')
  async webhookDeliveries(@Arg('webhookId', () => ID) webhookId: string): Promise<WebhookDeliveryType[]> {
    return this.service.deliveries(webhookId);
  }

  @Mutation(() => CreatedWebhook)
  @Needs('ADMIN')
  async createWebhook(
    @Args(() => CreateWebhookArgs) { url, events }: CreateWebhookArgs,
    @Ctx() { actor }: Context,
  ): Promise<CreatedWebhook> {
    return this.service.create(url, events, actor);
  }

  @Mutation(() => WebhookDeliveryType, {
    description: 'Sends a message that says nothing; `webhookDeliveries` has its end.',
  })
  @Needs('ADMIN')
  async testWebhook(@Arg('id', () => ID) id: string): Promise<WebhookDeliveryType> {
    return this.service.test(id);
  }

  @Mutation(() => ID, { description: 'Deletes a webhook with its messages. Returns its id.' })
  @Needs('ADMIN')
  async deleteWebhook(@Arg('id', () => ID) id: string, @Ctx() { actor }: Context): Promise<string> {
    await this.service.delete(id, actor);
    return id;
  }
}
