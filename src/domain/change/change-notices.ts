import { EventEmitter } from 'node:events';
import { Repeater } from '@graphql-yoga/subscription';
import type { Change } from '../../schema/change/change.type.js';

/**
 * Tells what has changed, for pages that show lists. Several changes of one thing that a reader has not taken yet count
 * as one: a slow reader holds up nobody, and what waits for it is bounded by the number of things.
 */
export class ChangeNotices {
  readonly #told = new EventEmitter().setMaxListeners(0);

  tell(kind: Change['kind'], id: string): void {
    this.#told.emit('change', { kind, id } satisfies Change);
  }

  /** What changes from now on. */
  follow(): Repeater<Change> {
    return new Repeater(async (push, stop) => {
      const waiting = new Map<string, Change>();
      let sending = false;
      const send = async (): Promise<void> => {
        if (sending) return;
        sending = true;
        for (const [key, change] of waiting) {
          waiting.delete(key);
          await push(change); // until the reader asks for the next
        }
        sending = false;
      };
      const hear = (change: Change): void => {
        waiting.set(`${change.kind} ${change.id}`, change);
        void send();
      };
      this.#told.on('change', hear);
      await stop;
      this.#told.off('change', hear);
    });
  }
}
