import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClassifierForward } from '../../src/engines/engine.js';
import { NetworkCompiler } from '../../src/engines/network-compiler.js';
import { NetworkThread } from '../../src/engines/network-thread.js';
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
import { NETWORK_THREAD_ENTRY } from './test-hub.js';
import { compile } from './test-runner.js';

/** Values that the narrow backbone gives: a sixteenth of 2048. */
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
};

/** A question to the production version that wants all classes. */
export const PRODUCTION: Question = {
  ...{ model: 'pets', target: { alias: 'production' } },
  ...{ topK: LABELS.length, outlierScore: true },
};

/** An encoded photo whose bytes are there. */
const photoOf = (bytes: Uint8Array): PhotoSource => encodedPhoto(async () => bytes);

/** Photos that come as pixels. */
export const pixelsOf = (bytes: Uint8Array, count: number): PhotoSource => ({
  form: 'pixels',
  read: async () => ({ bytes, count }),
});

/** Asks about one photo. */
export async function classify(answerer: Answerer, photo: Uint8Array, more: Partial<Question> = {}): Promise<Answer> {
  return (await answerer.answer(photoOf(photo), { ...PRODUCTION, ...more })).answers[0];
}

/** Properties of a version that differ from the usual ones. */
export type Changes = Partial<ServedVersion> & {
  /** What its head adds, one value a class: its answer is then nearly the same for every photo. */
  readonly leaning?: readonly number[];
  readonly features?: number;
};

/** All of serving on a folder of its own, with the real thread, which here can be held up and counts its networks. */
export class ServingRoom {
  /** Networks in memory, and all that were ever asked for. */
  loaded = 0;
  loads = 0;
  /** Why networks that are loaded from now on cannot be. */
  refusal: Error | null = null;
  /** What was asked of networks to look at, each by how many were loaded before it; and what is computed now. */
  asked: number[] = [];
  computing = 0;
  /** Versions that compute nothing side by side, by number, and why. */
  readonly alone: [number: number, error: unknown][] = [];
  readonly blobs: FileBlobStore;
  /** What predictions wait for. */
  #gate: Promise<void> = Promise.resolve();
  readonly #rooms: LoadedVersions[] = [];
  /** What deployments load their versions with. */
  readonly #loadedBy = new Map<Deployments, LoadedVersions>();
  /** What `find` of the deployments knows. */
  readonly #registered: ServedVersion[] = [];

  private constructor(
    private readonly folder: string,
    blobs: FileBlobStore,
    readonly backboneBlob: string,
    private readonly lanes: LanePlan,
  ) {
    this.blobs = blobs;
  }

  /** @param lanes for pictures side by side; none unless they are asked for. */
  static async open(lanes: LanePlan = { count: 0, threads: 0 }): Promise<ServingRoom> {
    const folder = await mkdtemp(join(tmpdir(), 'hub-serving-'));
    const blobs = new FileBlobStore(folder);
    return new ServingRoom(folder, blobs, (await blobs.put(narrowBackboneFile())).sha256, lanes);
  }

  async remove(): Promise<void> {
    for (const room of this.#rooms) await room.close();
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  /** A version whose head leans to the given classes, unless it is told which weights to take. */
  async version(
    number: number,
    { leaning = [3, 1, 4, 2], features = FEATURES, ...changes }: Changes = {},
  ): Promise<ServedVersion> {
    const layers = head(features, { classes: LABELS.length, hidden: 5, dropout: 0.3 });
    const weights = new Map<string, Tensor>(initialWeights(layers, number));
    weights.set('predictions/kernel', f32([5, LABELS.length]));
    weights.set('predictions/bias', f32([LABELS.length], Float32Array.from(leaning)));
    const weightsBlob = (await this.blobs.put(writeSafetensors(weights))).sha256;
    const place = { versionId: `version-${number}`, model: 'pets', number, quantizedBlob: null };
    const unknown = { expected: null, calibration: null };
    const { backboneBlob } = this;
    const version = { ...place, ...unknown, backboneBlob, weightsBlob, labels: LABELS, size: SIZE, ...changes };
    this.#registered.push(version);
    return version;
  }

  /** One whose answer depends on the picture. */
  async seeing(number: number, seed = 1): Promise<ServedVersion> {
    const layers = head(FEATURES, { classes: LABELS.length, hidden: 5, dropout: 0 });
    const weightsBlob = (await this.blobs.put(writeSafetensors(initialWeights(layers, seed)))).sha256;
    return this.version(number, { weightsBlob });
  }

  inMemory(): LoadedVersions {
    const data = { blobFolder: this.folder, threads: 1 };
    const compiler = new NetworkCompiler(this.folder, this.folder, compile);
    const startThread = (): NetworkThread => new CountingThread(data, NETWORK_THREAD_ENTRY, this);
    const room = new LoadedVersions(compiler, startThread, this.lanes, this.blobs);
    room.events.on('alone', ({ number }, error) => this.alone.push([number, error]));
    this.#rooms.push(room);
    return room;
  }

  /** Deployments with these versions, one after the other, as production. */
  async serving(...versions: ServedVersion[]): Promise<Deployments> {
    const find = async (model: string, number: number): Promise<ServedVersion> => {
      const found = this.#registered.findLast((version) => version.model === model && version.number === number);
      if (!found) throw new Error(`no version ${number} of ${model}`);
      return found;
    };
    const loaded = this.inMemory();
    const deployments = new Deployments(loaded, find, BOUNDS.servingVersions);
    this.#loadedBy.set(deployments, loaded);
    for (const version of versions) await (await deployments.prepare(version)).switchTo('production');
    return deployments;
  }

  loadedBy(deployments: Deployments): LoadedVersions {
    return this.#loadedBy.get(deployments) as LoadedVersions;
  }

  /** @param more with no rollout and a log that keeps nothing unless they are given. */
  answerer(
    deployments: Deployments,
    bounds: Partial<ServingBounds> = {},
    more: { readonly log?: AnswerLog; readonly rollouts?: Rollouts } = {},
  ): Answerer {
    const loaded = this.loadedBy(deployments);
    const { log = { keep: () => null }, rollouts = new Rollouts(loaded, deployments) } = more;
    return new Answerer({ bounds: { ...BOUNDS, ...bounds }, loaded, deployments, rollouts, log });
  }

  /** From now on predictions wait until what this returns is called. */
  holdUp(): () => void {
    let release = (): void => undefined;
    this.#gate = new Promise((resolve) => {
      release = resolve;
    });
    return release;
  }

  /** What a thread does beside its work. */
  counted(network: ClassifierForward, before: number): ClassifierForward {
    this.loaded += 1;
    return {
      outFeatures: network.outFeatures,
      run: (pixels, n) => network.run(pixels, n),
      runWithFeatures: async (pixels, n, maps) => {
        this.asked.push(before);
        this.computing += 1;
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

/** The real thread, which also tells how many networks it holds, and what it was asked to load. */
class CountingThread extends NetworkThread {
  readonly #room: ServingRoom;

  constructor(data: ConstructorParameters<typeof NetworkThread>[0], entry: URL, room: ServingRoom) {
    super(data, entry);
    this.#room = room;
  }

  override async load(...spec: Parameters<NetworkThread['load']>): Promise<ClassifierForward> {
    const before = this.#room.loads++;
    if (this.#room.refusal) throw this.#room.refusal;
    return this.#room.counted(await super.load(...spec), before);
  }
}
