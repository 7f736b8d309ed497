import { Worker } from 'node:worker_threads';
import { type ErrorCode, HubError, shuttingDown } from '../errors.js';
import { bundleOf } from '../package.js';
import type { ClassifierForward, Features, Forward, ForwardResult } from './engine.js';
import type { NetworkHost } from './network-loader.js';
import type {
  ClassifierNetwork,
  CompiledNetwork,
  ExplainedPhoto,
  FrozenNetwork,
  NetworkSpec,
  ThreadAnswer,
  ThreadData,
  ThreadRequest,
} from './network-thread-messages.js';

type Unsent = ThreadRequest extends infer R ? (R extends { id: number } ? Omit<R, 'id'> : never) : never;
type Result = Features | ForwardResult | number | null;

/**
 * A thread that computes networks. ONNX Runtime blocks the thread that calls it, so a process that answers requests or
 * decodes images calls it from another thread.
 */
export class NetworkThread implements NetworkHost {
  readonly #thread: Worker;
  readonly #waiting = new Map<number, { resolve: (result: Result) => void; reject: (error: Error) => void }>();
  #lastId = 0;
  #ended: Error | undefined;
  readonly #exited: Promise<void>;

  constructor(data: ThreadData) {
    this.#thread = new Worker(bundleOf('network-thread'), { workerData: data });
    this.#thread.on('message', (answer: ThreadAnswer) => this.#settle(answer));
    this.#thread.on('error', (error) => this.#end(error));
    this.#exited = new Promise((resolve) => {
      this.#thread.on('exit', () => {
        this.#end(shuttingDown());
        resolve();
      });
    });
  }

  /** Loads a whole network and warms it up. */
  async load(spec: ClassifierNetwork | CompiledNetwork): Promise<ClassifierForward> {
    return this.#load<Float32Array>(spec);
  }

  /** Loads the frozen part of a network and warms it up. */
  async loadFrozen(spec: FrozenNetwork): Promise<Forward<Features>> {
    return this.#load<Features>(spec);
  }

  /** The evidence for a class by place of the photo: height x width. */
  async explain(photo: ExplainedPhoto): Promise<Float32Array> {
    return (await this.#ask({ type: 'explain', photo })) as Float32Array;
  }

  async #load<T extends Features>(spec: NetworkSpec) {
    const network = String(++this.#lastId);
    const outFeatures = (await this.#ask({ type: 'load', network, spec })) as number;
    return {
      outFeatures,
      run: async (pixels: Uint8Array, n: number) => (await this.#ask({ type: 'run', network, pixels, n })) as T,
      runWithFeatures: async (pixels: Uint8Array, n: number, maps: boolean) =>
        (await this.#ask({ type: 'runWithFeatures', network, pixels, n, maps })) as ForwardResult,
      dispose: async () => void (await this.#ask({ type: 'unload', network })),
    };
  }

  /**
   * Fails everything that is asked of the thread, and ends it when it no longer computes. A thread that is terminated during
   * a computation aborts the whole process: ONNX Runtime returns into an environment that is gone.
   */
  async close(): Promise<void> {
    this.#end(shuttingDown());
    this.#thread.postMessage({ id: ++this.#lastId, type: 'close' } satisfies ThreadRequest);
    await this.#exited;
  }

  #ask(request: Unsent): Promise<Result> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      if (this.#ended) return reject(this.#ended);
      this.#waiting.set(id, { resolve, reject });
      this.#thread.postMessage({ id, ...request });
    });
  }

  #settle(answer: ThreadAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (answer.type === 'done') waiting?.resolve(answer.result);
    else
      waiting?.reject(answer.code ? new HubError(answer.code as ErrorCode, answer.message) : new Error(answer.message));
  }

  #end(error: Error): void {
    this.#ended ??= error;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
