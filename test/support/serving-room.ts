import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { DEFAULT_PHOTO_MEMORY } from '../../src/datasets/decode-memory.js';
import { compileNetwork } from '../../src/engines/compile-network.js';
import { NetworkCompiler } from '../../src/engines/network-compiler.js';
import { PLAIN_FORM } from '../../src/engines/network-form.js';
import { NetworkThread, type ThreadClassifier } from '../../src/engines/network-thread.js';
import { head } from '../../src/network/head.js';
import { writeSafetensors } from '../../src/network/safetensors.js';
import { f32, type Tensor } from '../../src/network/tensor.js';
import { type Answer, Answerer, type Question } from '../../src/serving/answer.js';
import type { AnswerLog } from '../../src/serving/answer-log.js';
import { Deployments } from '../../src/serving/deployments.js';
import { LoadedVersions } from '../../src/serving/loaded-versions.js';
import type { LanePlan } from '../../src/serving/network-lanes.js';
import { encodedPhoto, type PhotoSource } from '../../src/serving/photo-source.js';
import { Rollouts } from '../../src/serving/rollouts.js';
import type { ServedVersion } from '../../src/serving/served-version.js';
import type { ServingBounds } from '../../src/serving/serving-bounds.js';
import { FileBlobStore } from '../../src/storage/file-blobs.js';
import { initialWeights } from '../../src/training/initial-weights.js';
import { narrowBackboneFile } from './narrow-backbone.js';
import { removeFolder } from './remove-folder.js';

/** Features of the narrow backbone: a sixteenth of 2048. */
export const FEATURES = 128;
export const LABELS = ['ant', 'bee', 'cat', 'dog'];
const SIZE = { input: 8, image: 75 };
export const MISSING = 'f'.repeat(64);

const BOUNDS: ServingBounds = {
  servingBatch: 4,
  servingWait: 1000,
  servingQueue: 64,
  servingDeadline: 60_000,
  servingVersions: 1,
  maxPhotoMemory: DEFAULT_PHOTO_MEMORY,
};

/** A question to the production version for all classes. */
export const PRODUCTION: Question = {
  ...{ caller: 'tester', model: 'pets', target: { alias: 'production' } },
  ...{ topK: LABELS.length, outlierScore: true },
};

/** An encoded photo in memory. */
const photoOf = (bytes: Uint8Array): PhotoSource => encodedPhoto(async () => bytes);

/** Photos given as pixels. */
export const pixelsOf = (bytes: Uint8Array, count: number): PhotoSource => ({
  form: 'pixels',
  read: async () => ({ bytes, count }),
});

/** Classifies one photo. */
export async function classify(answerer: Answerer, photo: Uint8Array, more: Partial<Question> = {}): Promise<Answer> {
  return (await answerer.answer(photoOf(photo), { ...PRODUCTION, ...more })).answers[0];
}

/** Properties of a version that differ from the usual ones. */
export type Changes = Partial<ServedVersion> & {
  /** Biases of its head by class, which make its answer nearly the same for every photo. */
  readonly leaning?: readonly number[];
  readonly features?: number;
};

/** The whole of serving on its own folder, with the real thread, which can be paused and counts its networks. */
export class ServingRoom {
  /** Networks in memory, and all networks ever loaded. */
  loaded = 0;
  loads = 0;
  /** Error with which loading a network fails from now on. */
  refusal: Error | null = null;
  /** Networks that computed, each by the number loaded before it, and the number computing now. */
  asked: number[] = [];
  computing = 0;
  /** The most that computed at the same time. */
  mostComputing = 0;
  /** Versions that cannot use lanes, by number, with the reason. */
  readonly alone: [number: number, error: unknown][] = [];
  readonly blobs: FileBlobStore;
  /** The promise that predictions wait for. */
  #gate: Promise<void> = Promise.resolve();
  readonly #rooms: LoadedVersions[] = [];
  readonly #compiler: NetworkCompiler;
  /** Loads the versions of deployments. */
  readonly #loadedBy = new Map<Deployments, LoadedVersions>();
  /** The versions that `find` of the deployments knows. */
  readonly #registered: ServedVersion[] = [];

  private constructor(
    private readonly folder: string,
    blobs: FileBlobStore,
    readonly backboneBlob: string,
    private readonly lanes: LanePlan,
  ) {
    this.blobs = blobs;
    this.#compiler = new SharedCompiler({ folder }, { networks: join(folder, 'networks'), temporary: folder }, (job) =>
      compileNetwork(job, blobs),
    );
  }

  /** @param lanes for photos computed in parallel; none by default. */
  static async open(lanes: LanePlan = { count: 0, threads: 0 }): Promise<ServingRoom> {
    const folder = await mkdtemp(join(tmpdir(), 'hub-serving-'));
    const blobs = new FileBlobStore(folder);
    return new ServingRoom(folder, blobs, (await blobs.put(narrowBackboneFile())).sha256, lanes);
  }

  async remove(): Promise<void> {
    for (const room of this.#rooms) await room.close();
    await removeFolder(this.folder);
  }

  /** A version whose head prefers the given classes, or one with the given weights. */
  async version(
    number: number,
    { leaning = [3, 1, 4, 2], features = FEATURES, ...changes }: Changes = {},
  ): Promise<ServedVersion> {
    const layers = head(features, { classes: LABELS.length, hidden: 5, dropout: 0.3 });
    const weights = new Map<string, Tensor>(initialWeights(layers, number));
    weights.set('predictions/kernel', f32([5, LABELS.length]));
    weights.set('predictions/bias', f32([LABELS.length], Float32Array.from(leaning)));
    const weightsBlob = (await this.blobs.put(writeSafetensors(weights))).sha256;
    const forms = { quantizedBlob: null, form: PLAIN_FORM, wantedForm: PLAIN_FORM };
    const place = { versionId: `version-${number}`, model: 'pets', number, ...forms };
    const unknown = { expected: null, calibration: null };
    const { backboneBlob } = this;
    const version = { ...place, ...unknown, backboneBlob, weightsBlob, labels: LABELS, size: SIZE, ...changes };
    this.#registered.push(version);
    return version;
  }

  /** A version whose answer depends on the photo. */
  async seeing(number: number, seed = 1): Promise<ServedVersion> {
    const layers = head(FEATURES, { classes: LABELS.length, hidden: 5, dropout: 0 });
    const weightsBlob = (await this.blobs.put(writeSafetensors(initialWeights(layers, seed)))).sha256;
    return this.version(number, { weightsBlob });
  }

  inMemory(): LoadedVersions {
    const data = { blobPlace: { folder: this.folder }, threads: 1 };
    const startThread = (): NetworkThread => new CountingThread(data, this);
    const room = new LoadedVersions(this.#compiler, startThread, this.lanes, this.blobs);
    room.events.on('alone', ({ number }, error) => this.alone.push([number, error]));
    this.#rooms.push(room);
    return room;
  }

  /** Deployments in which the given versions become production in turn. */
  async serving(...versions: ServedVersion[]): Promise<Deployments> {
    const find = async (model: string, number: number): Promise<ServedVersion> => {
      const found = this.#registered.findLast((version) => version.model === model && version.number === number);
      if (!found) throw new Error(`no version ${number} of ${model}`);
      return found;
    };
    const loaded = this.inMemory();
    const deployments = new Deployments(loaded, find, { maxKept: BOUNDS.servingVersions, serves: true });
    this.#loadedBy.set(deployments, loaded);
    for (const version of versions) await (await deployments.prepare(version)).switchTo('production');
    return deployments;
  }

  loadedBy(deployments: Deployments): LoadedVersions {
    return this.#loadedBy.get(deployments) as LoadedVersions;
  }

  /** @param more by default no rollout, and a log that keeps nothing. */
  answerer(
    deployments: Deployments,
    bounds: Partial<ServingBounds> = {},
    more: { readonly log?: AnswerLog; readonly rollouts?: Rollouts } = {},
  ): Answerer {
    const loaded = this.loadedBy(deployments);
    const { log = { keep: () => null }, rollouts = new Rollouts(loaded, deployments) } = more;
    return new Answerer({ bounds: { ...BOUNDS, ...bounds }, loaded, deployments, rollouts, log });
  }

  /** Holds predictions back until the returned function is called, or the test ends. */
  holdUp(): () => void {
    let release = (): void => undefined;
    this.#gate = new Promise((resolve) => {
      release = resolve;
    });
    onTestFinished(release);
    return release;
  }

  /** The hooks of a thread. */
  counted(network: ThreadClassifier, before: number): ThreadClassifier {
    this.loaded += 1;
    return {
      ...network,
      run: (pixels, n) => network.run(pixels, n),
      runWithFeatures: async (pixels, n, maps) => {
        this.asked.push(before);
        this.computing += 1;
        this.mostComputing = Math.max(this.mostComputing, this.computing);
        await this.#gate;
        return network.runWithFeatures(pixels, n, maps).finally(() => {
          this.computing -= 1;
        });
      },
      dispose: async () => {
        await network.dispose();
        this.loaded -= 1;
      },
    };
  }
}

/** Builds each network once, in this process, and keeps it until the room is removed: building takes most of a test's time. */
class SharedCompiler extends NetworkCompiler {
  override async letGo(): Promise<void> {}

  override close(): void {}
}

/** The real thread, which also counts its networks and records what it loads. */
class CountingThread extends NetworkThread {
  readonly #room: ServingRoom;

  constructor(data: ConstructorParameters<typeof NetworkThread>[0], room: ServingRoom) {
    super(data);
    this.#room = room;
  }

  override async load(...spec: Parameters<NetworkThread['load']>): Promise<ThreadClassifier> {
    const before = this.#room.loads++;
    if (this.#room.refusal) throw this.#room.refusal;
    return this.#room.counted(await super.load(...spec), before);
  }
}
