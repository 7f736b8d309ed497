import { Worker } from 'node:worker_threads';
import { type ErrorCode, HubError, shuttingDown } from './errors.js';
import { bundleOf, type EntryPoint } from './package.js';
import { PendingAnswers, type Unsent } from './pending-answers.js';

/** A request to a thread; its answer carries the same id. */
interface Asked {
  readonly id: number;
  readonly type: string;
}

/** What a thread answers. */
export type ThreadAnswer<Result> = { readonly id: number } & (
  | { readonly type: 'done'; readonly result: Result }
  | { readonly type: 'error'; readonly code: string | null; readonly message: string }
);

/** A thread that `answerRequests` serves. */
export class AskedThread<Request extends Asked, Result> {
  readonly #thread: Worker;
  readonly #pending = new PendingAnswers<Result>();
  #ended: Error | undefined;
  readonly #exited: Promise<void>;

  constructor(entry: EntryPoint, workerData: unknown) {
    this.#thread = new Worker(bundleOf(entry), { workerData });
    this.#thread.on('message', (answer: ThreadAnswer<Result>) => this.#settle(answer));
    this.#thread.on('error', (error) => this.#end(error));
    this.#exited = new Promise((resolve) => {
      this.#thread.on('exit', () => {
        this.#end(shuttingDown());
        resolve();
      });
    });
  }

  /** Whether it has ended, so that it fails whatever it is asked. */
  get hasEnded(): boolean {
    return this.#ended !== undefined;
  }

  /** A number that no other request has. */
  nextId(): number {
    return this.#pending.nextId();
  }

  async ask(request: Unsent<Request>): Promise<Result> {
    if (this.#ended) throw this.#ended;
    return this.#pending.ask((id) => this.#thread.postMessage({ id, ...request }));
  }

  /**
   * Fails everything that is asked of the thread, and ends it when it no longer computes. A thread that is terminated during
   * a computation aborts the whole process: ONNX Runtime returns into an environment that is gone.
   */
  async close(): Promise<void> {
    this.#end(shuttingDown());
    this.#thread.postMessage({ id: this.#pending.nextId(), type: 'close' });
    await this.#exited;
  }

  #settle(answer: ThreadAnswer<Result>): void {
    if (answer.type === 'done') this.#pending.resolve(answer.id, answer.result);
    else {
      const { id, code, message } = answer;
      this.#pending.reject(id, code ? new HubError(code as ErrorCode, message) : new Error(message));
    }
  }

  #end(error: Error): void {
    this.#ended ??= error;
    this.#pending.rejectAll(error);
  }
}
