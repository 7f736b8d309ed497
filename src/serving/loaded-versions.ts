import { EventEmitter } from 'node:events';
import type { ClassifierForward } from '../engines/engine.js';
import type { NetworkCompiler } from '../engines/network-compiler.js';
import type { NetworkThread, ThreadClassifier } from '../engines/network-thread.js';
import type { CompiledNetwork } from '../engines/network-thread-messages.js';
import { shuttingDown } from '../errors.js';
import type { BlobStore } from '../storage/blobs.js';
import type { Predictor } from './batches.js';
import { type LanePlan, NetworkLanes } from './network-lanes.js';
import { openPostprocessor, type Postprocessor } from './postprocessor.js';
import { checkAnswers, recordAnswers, type SelfCheckOutcome } from './self-check.js';
import { formOf, type ServedVersion } from './served-version.js';

/** A version in memory. It stays loaded until it is let go of. */
export interface Held extends Predictor {
  readonly selfCheck: SelfCheckOutcome;
  /** The places of a photo that speak for a class. @param maps of its output. @returns [height, width]. */
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
  /** By calibration: a version can be calibrated while it serves. */
  readonly postprocessors: Map<string, Promise<Postprocessor>>;
  holders: number;
}

/**
 * The versions in memory, each form (32-bit floats, 8 bits) separately. A version is loaded once for all who hold it, and
 * unloaded when the last one lets go. Each has its own threads: loading one delays no other, and ending the threads frees
 * all of its memory.
 */
export class LoadedVersions {
  /** `alone`: a version has no lanes, and why. `otherForm`: it is loaded in another form than it should serve in. */
  readonly events = new EventEmitter<{
    alone: [version: ServedVersion, error: unknown];
    otherForm: [version: ServedVersion];
  }>();
  readonly #loaded = new Map<string, Loaded>();
  #closed = false;

  /** @param startThread starts one that computes with so many threads; with one for each core by default. */
  constructor(
    private readonly compiler: NetworkCompiler,
    private readonly startThread: (threads?: number) => NetworkThread,
    private readonly lanePlan: LanePlan,
    private readonly blobs: BlobStore,
  ) {}

  /**
   * Loads a version unless it is loaded, warms it up and checks its answers.
   * @throws SELF_CHECK_FAILED, or why it cannot be loaded.
   */
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

  /** Loads a version and stores its answers about photos. @returns the blob for `expected.blob`. */
  async record(version: ServedVersion, photos: readonly Uint8Array[]): Promise<string> {
    const { network, letGo } = await this.hold({ ...version, expected: null });
    return recordAnswers(network, version, photos, this.blobs).finally(letGo);
  }

  /** Ends all threads; pending requests get SHUTTING_DOWN. */
  async close(): Promise<void> {
    this.#closed = true;
    this.compiler.close();
    await Promise.all([...this.#loaded.values()].map((loaded) => this.#end(loaded)));
  }

  #load(version: ServedVersion): Loaded {
    const { form, wantedForm } = version;
    if (form.runtime !== wantedForm.runtime || form.precision !== wantedForm.precision)
      this.events.emit('otherForm', version);
    const thread = this.startThread();
    const extraLanes: NetworkThread[] = [];
    const compiled = this.compiler.compile(version);
    const network = compiled.then((loadable) => thread.load(loadable));
    const { count, threads } = this.lanePlan;
    let first: Promise<ThreadClassifier> | undefined;
    const loadLane = async (): Promise<ClassifierForward> => {
      const loadable = await compiled;
      if (this.#closed) throw shuttingDown();
      const lane = this.startThread(threads);
      extraLanes.push(lane);
      if (loadable.form.runtime !== 'OPENVINO') return lane.load(loadable);
      if (first) return lane.load({ ...loadable, lanes: count, handle: (await first).handle });
      first = lane.load({ ...loadable, lanes: count, handle: null });
      return first;
    };
    const lanes = new NetworkLanes(count, loadLane, (error) => {
      if (!this.#closed) this.events.emit('alone', version, error);
    });
    const selfCheck = network.then((loaded) => checkAnswers(loaded, version, this.blobs));
    selfCheck.catch(() => undefined); // `hold` reports the network's failure first
    return { version, thread, extraLanes, compiled, network, lanes, selfCheck, postprocessors: new Map(), holders: 0 };
  }

  #postprocessor({ postprocessors }: Loaded, version: ServedVersion): Promise<Postprocessor> {
    const key = JSON.stringify(version.calibration);
    const known = postprocessors.get(key);
    if (known) return known;
    const postprocessor = openPostprocessor(version, this.blobs);
    postprocessors.set(key, postprocessor);
    postprocessor.catch(() => postprocessors.delete(key)); // the next request tries again
    return postprocessor;
  }

  async #letGo(id: string, loaded: Loaded): Promise<void> {
    loaded.holders -= 1;
    if (loaded.holders > 0) return;
    if (this.#loaded.get(id) === loaded) this.#loaded.delete(id); // the next `hold` loads it again
    const network = await loaded.network.catch(() => null);
    await network?.dispose();
    await loaded.lanes.dispose();
    await this.#end(loaded);
  }

  /** Lets go of the files last: their weights are mapped, and Windows does not delete a mapped file. */
  async #end({ version, thread, extraLanes, compiled, selfCheck }: Loaded): Promise<void> {
    await Promise.all([thread, ...extraLanes].map((each) => each.close()));
    const [made, checked] = await Promise.allSettled([compiled, selfCheck]);
    if (made.status === 'fulfilled') await this.compiler.letGo(version, checked.status === 'fulfilled');
  }
}
