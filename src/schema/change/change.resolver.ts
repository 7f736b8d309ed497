import { Resolver, Root, Subscription } from 'type-graphql';
import type { Context } from '../context.js';
import { Needs } from '../permission.js';
import { Change } from './change.type.js';

@Resolver()
export class ChangeResolver {
  @Subscription(() => Change, {
    description:
      'What changes from now on, until the subscriber leaves. Whoever was cut off asks for all it shows again.',
    subscribe: ({ context }) => (context as Context).changes.follow(),
  })
  @Needs('VIEWER')
  changes(@Root() change: Change): Change {
    return change;
  }
}
