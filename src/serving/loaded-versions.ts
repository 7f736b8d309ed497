import { EventEmitter } from 'node:events';
import type { ClassifierForward } from '../engines/engine.js';
import type { NetworkCompiler } from '../engines/network-compiler.js';
import type { NetworkThread } from '../engines/network-thread.js';
import type { CompiledNetwork } from '../engines/network-thread-messages.js';
import { shuttingDown } from '../errors.js';
import type { BlobStore } from '../storage/blobs.js';
import type { Predictor } from './batches.js';
import { type LanePlan, NetworkLanes } from './network-lanes.js';
import { type Postprocessor, readPostprocessor } from './postprocessor.js';
import { checkAnswers, recordAnswers, type SelfCheckOutcome } from './self-check.js';
import { formOf, type ServedVersion } from './served-version.js';

/** A version in memory that is not unloaded before it is let go of. */
export interface Held extends Predictor {
  readonly selfCheck: SelfCheckOutcome;
  /** Which places of a picture speak for a class. @param maps of its `Sight`. @returns height x width. */
  explain(maps: Float32Array, label: number): Promise<Float32Array>;
  letGo(): Promise<void>;
}

interface Loaded {
  readonly version: ServedVersion;
  readonly thread: NetworkThread;
  /** Extra threads, one per additional lane. */
  readonly extraLanes: readonly NetworkThread[];
  readonly compiled: Promise<CompiledNetwork>;
  readonly network: Promise<ClassifierForward>;
  readonly lanes: NetworkLanes;
  readonly selfCheck: Promise<SelfCheckOutcome>;
  /** By calibration: a version may be calibrated while it serves. */
  readonly postprocessors: Map<string, Promise<Postprocessor>>;
  holders: number;
}

/**
 * The versions in memory, each form by itself. One that several hold is loaded once, and unloaded when the last lets go of it. Each has
 * threads of its own: loading one holds up no other, and all that it took is given back with the threads.
 */
export class LoadedVersions {
  /** `alone`: a version computes nothing side by side, and why. */
  readonly events = new EventEmitter<{ alone: [version: ServedVersion, error: unknown] }>();
  readonly #loaded = new Map<string, Loaded>();
  #closed = false;

  /** @param startThread one that computes with so many threads; with every core unless it is told. */
  constructor(
    private readonly compiler: NetworkCompiler,
    private readonly startThread: (threads?: number) => NetworkThread,
    private readonly lanePlan: LanePlan,
    private readonly blobs: BlobStore,
  ) {}

  /** Loads a version unless it is, warms it up and checks its answers. @throws what makes it unfit to serve. */
  async hold(version: ServedVersion): Promise<Held> {
    const id = formOf(version);
    const loaded = this.#loaded.get(id) ?? this.#load(version);
    this.#loaded.set(id, loaded);
    loaded.holders += 1;
    const letGo = (): Promise<void> => this.#letGo(id, loaded);
    try {
      return {
        version,
        network: await loaded.network,
        lanes: loaded.lanes,
        postprocessor: await this.#postprocessor(loaded, version),
        selfCheck: await loaded.selfCheck,
        explain: (maps, label) => loaded.thread.explain({ network: version, maps, label }),
        letGo,
      };
    } catch (error) {
      await letGo();
      throw error;
    }
  }

  /** Loads a version and keeps what it answers about photos. @returns the blob for `expected.blob`. */
  async record(version: ServedVersion, photos: readonly Uint8Array[]): Promise<string> {
    const { network, letGo } = await this.hold({ ...version, expected: null });
    return recordAnswers(network, version, photos, this.blobs).finally(letGo);
  }

  /** Ends all threads; whoever waits for one of them is told that the hub is shutting down. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([this.compiler.close(), ...[...this.#loaded.values()].map((loaded) => this.#end(loaded))]);
  }

  #load(version: ServedVersion): Loaded {
    const thread = this.startThread();
    const extraLanes: NetworkThread[] = [];
    const compiled = this.compiler.compile(version);
    const network = compiled.then((loadable) => thread.load(loadable));
    const { count, threads } = this.lanePlan;
    const loadLane = async (): Promise<ClassifierForward> => {
      const loadable = await compiled;
      if (this.#closed) throw shuttingDown();
      const lane = this.startThread(threads);
      extraLanes.push(lane);
      return lane.load(loadable);
    };
    const lanes = new NetworkLanes(count, loadLane, (error) => {
      if (!this.#closed) this.events.emit('alone', version, error);
    });
    const selfCheck = network.then((loaded) => checkAnswers(loaded, version, this.blobs));
    selfCheck.catch(() => undefined); // whoever holds it learns of the network's failure first
    return { version, thread, extraLanes, compiled, network, lanes, selfCheck, postprocessors: new Map(), holders: 0 };
  }

  #postprocessor({ postprocessors }: Loaded, version: ServedVersion): Promise<Postprocessor> {
    const key = JSON.stringify(version.calibration);
    const known = postprocessors.get(key);
    if (known) return known;
    const postprocessor = readPostprocessor(version, this.blobs);
    postprocessors.set(key, postprocessor);
    postprocessor.catch(() => postprocessors.delete(key)); // the next one tries again
    return postprocessor;
  }

  async #letGo(id: string, loaded: Loaded): Promise<void> {
    loaded.holders -= 1;
    if (loaded.holders > 0) return;
    if (this.#loaded.get(id) === loaded) this.#loaded.delete(id); // the next one loads it anew
    const network = await loaded.network.catch(() => null);
    await network?.dispose();
    await loaded.lanes.dispose();
    await this.#end(loaded);
  }

  /** The file goes last: its weights are mapped, not read, and Windows removes none that is. */
  async #end({ version, thread, extraLanes, compiled, selfCheck }: Loaded): Promise<void> {
    await Promise.all([thread, ...extraLanes].map((each) => each.close()));
    const [made, checked] = await Promise.allSettled([compiled, selfCheck]);
    if (made.status === 'fulfilled') await this.compiler.letGo(version, made.value, checked.status === 'fulfilled');
  }
}
