import { AskedThread } from '../asked-thread.js';
import type { ClassifierForward, Features, Forward, ForwardResult } from './engine.js';
import type { NetworkHost } from './network-loader.js';
import type {
  ClassifierNetwork,
  CompiledNetwork,
  ExplainedPhoto,
  FrozenNetwork,
  LaneNetwork,
  LoadedNetwork,
  NetworkSpec,
  ThreadData,
  ThreadRequest,
} from './network-thread-messages.js';

type Result = Features | ForwardResult | LoadedNetwork | null;

/** A classifier on a thread. */
export type ThreadClassifier = ClassifierForward & LoadedNetwork;

/**
 * A thread that computes networks. ONNX Runtime blocks the thread that calls it, so a process that answers requests or
 * decodes images calls it from another thread.
 */
export class NetworkThread implements NetworkHost {
  readonly #thread: AskedThread<ThreadRequest, Result>;

  constructor(data: ThreadData) {
    this.#thread = new AskedThread('network-thread', data);
  }

  /** Loads a whole network and warms it up. */
  async load(spec: ClassifierNetwork | CompiledNetwork | LaneNetwork): Promise<ThreadClassifier> {
    return this.#load<Float32Array>(spec);
  }

  /** Loads the frozen part of a network and warms it up. */
  async loadFrozen(spec: FrozenNetwork): Promise<Forward<Features>> {
    return this.#load<Features>(spec);
  }

  /** The evidence for a class by place of the photo: height x width. */
  async explain(photo: ExplainedPhoto): Promise<Float32Array> {
    return (await this.#thread.ask({ type: 'explain', photo })) as Float32Array;
  }

  async #load<T extends Features>(spec: NetworkSpec) {
    const network = String(this.#thread.nextId());
    const loaded = (await this.#thread.ask({ type: 'load', network, spec })) as LoadedNetwork;
    return {
      ...loaded,
      run: async (pixels: Uint8Array, n: number) => (await this.#thread.ask({ type: 'run', network, pixels, n })) as T,
      runWithFeatures: async (pixels: Uint8Array, n: number, maps: boolean) =>
        (await this.#thread.ask({ type: 'runWithFeatures', network, pixels, n, maps })) as ForwardResult,
      dispose: async () => void (await this.#thread.ask({ type: 'unload', network })),
    };
  }

  /** Ends it, as `AskedThread.close`. */
  close(): Promise<void> {
    return this.#thread.close();
  }
}
