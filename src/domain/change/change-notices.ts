import { EventEmitter } from 'node:events';
import { Repeater } from '@graphql-yoga/subscription';
import type { ChangeNotice } from './change-notice.js';

/**
 * Notices for pages that show lists. Notices about one thing that a reader has not taken yet are merged: a slow reader
 * delays nobody, and its backlog is bounded by the number of things.
 */
export class ChangeNotices {
  readonly #emitter = new EventEmitter().setMaxListeners(0);

  tell(kind: ChangeNotice['kind'], id: string): void {
    this.#emitter.emit('change', { kind, id } satisfies ChangeNotice);
  }

  /** Notices from now on. */
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
      const receive = (notice: ChangeNotice): void => {
        waiting.set(`${notice.kind} ${notice.id}`, notice);
        void send();
      };
      this.#emitter.on('change', receive);
      await stop;
      this.#emitter.off('change', receive);
    });
  }
}
