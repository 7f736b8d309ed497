import { Repeater } from '@graphql-yoga/subscription';
import type { Notices } from '../../cluster/notices.js';
import { ChangeKind, type ChangeNotice } from './change-notice.js';

/** Keys of the notices after a gap. */
const EVERYTHING = Object.values(ChangeKind).map((kind) => `${kind} `);

/**
 * Notices for pages that show lists. Notices about one thing that a reader has not taken yet are merged: a slow reader
 * delays nobody, and its backlog is bounded by the number of things.
 */
export class ChangeNotices {
  constructor(private readonly notices: Notices) {}

  tell(kind: ChangeNotice['kind'], id: string): void {
    this.notices.tell('change', `${kind} ${id}`);
  }

  /** Notices from now on. After a gap there is one of each kind with an empty id: anything of it may have changed. */
  follow(): Repeater<ChangeNotice> {
    return new Repeater(async (push, stop) => {
      const waiting = new Map<string, ChangeNotice>();
      let sending = false;
      const send = async (): Promise<void> => {
        if (sending) return;
        sending = true;
        for (const [key, notice] of waiting) {
          waiting.delete(key);
          await push(notice); // resolves when the reader asks for the next one
        }
        sending = false;
      };
      const unlisten = this.notices.onAny('change', (key) => {
        for (const each of key === null ? EVERYTHING : [key]) {
          const [kind, ...id] = each.split(' ') as [ChangeKind, ...string[]];
          waiting.set(each, { kind, id: id.join(' ') });
        }
        void send();
      });
      await stop;
      unlisten();
    });
  }
}
