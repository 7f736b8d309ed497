import { Resolver, Root, Subscription } from 'type-graphql';
import type { ChangeNotice } from '../../domain/change/change-notice.js';
import type { Context } from '../context.js';
import { Needs } from '../permission.js';
import { ChangeNoticeType } from './change.type.js';

@Resolver()
export class ChangeResolver {
  @Subscription(() => ChangeNoticeType, {
    description:
      'Notices of changes from now on, until you unsubscribe. After a disconnect, subscribe again and reload what you show.',
    subscribe: ({ context }) => (context as Context).changes.follow(),
  })
  @Needs('VIEWER')
  changes(@Root() notice: ChangeNotice): ChangeNotice {
    return notice;
  }
}
