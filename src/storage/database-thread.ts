import { Worker } from 'node:worker_threads';
import { bundleOf } from '../package.js';
import { PendingAnswers, type Unsent } from '../pending-answers.js';
import type { DatabaseAnswer, DatabaseRequest, DatabaseThreadData } from './database-thread-messages.js';
import type { DatabaseSession } from './embedded-session.js';

/**
 * The embedded database in a thread of its own, so that a query, or a commit that waits for the disk, does not stop the thread
 * that answers requests. A thread that ends by itself is replaced at the next start.
 */
export class DatabaseThread implements DatabaseSession {
  #thread: Worker | undefined;
  #isRunning = false;
  readonly #pending = new PendingAnswers<Uint8Array>();

  /** @param folder of the database; undefined for one in memory. */
  constructor(private readonly folder: string | undefined) {}

  async start(): Promise<void> {
    this.#thread ??= this.#spawn();
    await this.#ask({ type: 'start' });
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  async execute(messages: Uint8Array): Promise<Buffer> {
    const { buffer, byteOffset, byteLength } = await this.#ask({ type: 'execute', messages });
    return Buffer.from(buffer, byteOffset, byteLength);
  }

  async rollBack(): Promise<void> {
    if (this.#isRunning) await this.#ask({ type: 'rollBack' });
  }

  async close(): Promise<void> {
    const thread = this.#thread;
    if (!thread) return;
    const exited = new Promise((resolve) => thread.once('exit', resolve));
    await this.#ask({ type: 'close' });
    thread.ref();
    await exited;
  }

  #spawn(): Worker {
    const data: DatabaseThreadData = { folder: this.folder };
    const thread = new Worker(bundleOf('database-thread'), { workerData: data });
    thread.unref(); // a process that no longer waits for the database may end
    thread.on('message', (answer: DatabaseAnswer) => this.#settle(answer));
    thread.on('error', (error) => this.#end(error));
    thread.on('exit', () => this.#end(new Error('the database is not open')));
    return thread;
  }

  async #ask(request: Unsent<DatabaseRequest>): Promise<Uint8Array> {
    const thread = this.#thread;
    if (!thread) throw new Error('the database is not open');
    thread.ref();
    return this.#pending.ask((id) => thread.postMessage({ id, ...request }));
  }

  #settle({ id, messages, error, isRunning }: DatabaseAnswer): void {
    this.#isRunning = isRunning;
    if (error) this.#pending.reject(id, error);
    else this.#pending.resolve(id, messages);
    if (this.#pending.isEmpty) this.#thread?.unref();
  }

  #end(error: Error): void {
    this.#thread = undefined;
    this.#isRunning = false;
    this.#pending.rejectAll(error);
  }
}
