import { EventEmitter, on } from 'node:events';
import type { RunProgressType } from './run.type.js';

/** What happens to runs, told to whoever listens at that moment. What must not be lost is in the database. */
export class RunEvents {
  readonly #emitter = new EventEmitter().setMaxListeners(0);

  publish(progress: RunProgressType): void {
    this.#emitter.emit(progress.runId, progress);
  }

  /** Listens from now on, also while nobody reads yet: what comes meanwhile is kept. */
  subscribe(runId: string): AsyncIterableIterator<RunProgressType> {
    const events = on(this.#emitter, runId);
    return {
      [Symbol.asyncIterator]() {
        return this;
      },
      async next() {
        const { done, value } = await events.next();
        return done ? { done, value: undefined } : { value: value[0] as RunProgressType };
      },
      return: async () => {
        await events.return?.();
        return { done: true, value: undefined };
      },
    };
  }
}
