import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect } from 'vitest';
import { ingestImages } from '../../src/datasets/ingest.js';
import { TarSource } from '../../src/datasets/tar-source.js';
import type { Engine, Trainer, TrainerSpec } from '../../src/engines/engine.js';
import { type NetworkHost, NetworkLoader } from '../../src/engines/network-loader.js';
import { NetworkThread } from '../../src/engines/network-thread.js';
import { OnnxEngine } from '../../src/engines/onnx/onnx-engine.js';
import { readSafetensors } from '../../src/network/safetensors.js';
import type { Weights } from '../../src/network/tensor.js';
import { FileBlobStore } from '../../src/storage/file-blobs.js';
import type { EpochMetrics } from '../../src/training/epoch-metrics.js';
import type { Job, TrainingEvent } from '../../src/training/job.js';
import { recipeSchema } from '../../src/training/recipe.js';
import { train } from '../../src/training/train.js';
import { tarOf } from '../datasets/archives.js';
import { colourImages } from './colour-images.js';
import { narrowBackboneFile } from './narrow-backbone.js';
import { QUICK } from './recipes.js';
import { removeFolder } from './remove-folder.js';

export type EventOf<T extends TrainingEvent['type']> = Extract<TrainingEvent, { type: T }>;

export const STEPS_PER_CALL = 2;

/** A checkpoint after every call of the engine. */
export const ALWAYS = { withinEpoch: 0, afterEpoch: 0 };

export const of = <T extends TrainingEvent['type']>(events: readonly TrainingEvent[], type: T): EventOf<T>[] =>
  events.filter((event): event is EventOf<T> => event.type === type);

/** The results in which two equal runs agree. */
export function outcome(events: readonly TrainingEvent[]): unknown {
  const [{ weightsBlob, test, keptEpoch }] = of(events, 'finished') as [EventOf<'finished'>];
  return { weightsBlob, test, keptEpoch };
}

/** Checkpoints at the end of epochs, one per epoch: epochs of these runs share none. */
export const epochEnds = (events: readonly TrainingEvent[]): { checkpointBlob: string; metrics: EpochMetrics }[] =>
  of(events, 'checkpoint').flatMap(({ checkpointBlob, epochs }) =>
    epochs.map((metrics) => ({ checkpointBlob, metrics })),
  );

/** Checkpoints within epochs. */
export const midEpochs = (events: readonly TrainingEvent[]): string[] =>
  of(events, 'checkpoint').flatMap(({ checkpointBlob, epochs }) => (epochs.length > 0 ? [] : [checkpointBlob]));

export const epochsOf = (events: readonly TrainingEvent[]): unknown[] =>
  epochEnds(events).map(({ metrics: { seconds: _, ...figures } }) => figures);

/** Trains in this process, on the narrow network and the color images. */
export class InProcessTraining {
  private constructor(
    readonly folder: string,
    readonly blobs: FileBlobStore,
    /** A transfer run of five epochs. */
    readonly job: Job,
  ) {}

  static async start(): Promise<InProcessTraining> {
    const folder = await mkdtemp(join(tmpdir(), 'hub-train-'));
    const blobs = new FileBlobStore(folder);
    const archive = await tarOf(await colourImages());
    const { manifestBlob } = await ingestImages(new TarSource(() => Readable.from([archive])), blobs);
    return new InProcessTraining(folder, blobs, {
      manifestBlob: manifestBlob.sha256,
      backboneBlob: (await blobs.put(narrowBackboneFile())).sha256,
      recipe: recipeSchema.parse({ ...QUICK, epochs: 5, patience: null }),
      size: { input: 32, image: 75 },
      featureChunks: [],
      parentBlob: null,
      uncached: null,
      checkpointBlob: null,
      checkpointSeconds: { withinEpoch: 60, afterEpoch: 0 },
      blobPlace: { folder },
    });
  }

  /** Trains a run. @param other engine than ONNX Runtime. @returns its events. */
  async run(
    changes: Partial<Job> = {},
    until?: (event: TrainingEvent) => boolean,
    events: TrainingEvent[] = [],
    other?: Engine,
  ): Promise<TrainingEvent[]> {
    const { blobs, folder } = this;
    const cancelled = new AbortController();
    const networkHosts = (): NetworkHost[] => [
      other ? new NetworkLoader(other, blobs) : new NetworkThread({ blobPlace: { folder }, threads: 1 }),
    ];
    const emit = (event: TrainingEvent): void => {
      events.push(event);
      if (until?.(event)) cancelled.abort(new Error('cancelled'));
    };
    const { signal } = cancelled;
    const training = train(
      { ...this.job, ...changes },
      { blobs, engine: other ?? engineOfShortCalls(), networkHosts, emit, signal },
    );
    if (until) await expect(training).rejects.toThrow('cancelled');
    else await training;
    return events;
  }

  /** The trained weights of a run. */
  async weightsOf(events: readonly TrainingEvent[]): Promise<Weights> {
    return readSafetensors(await this.blobs.get(of(events, 'finished')[0]!.weightsBlob)).weights;
  }

  remove(): Promise<void> {
    return removeFolder(this.folder);
  }
}

/** The real engine with fewer steps per call than its short epochs have, since a run is interrupted between calls only. */
function engineOfShortCalls(): Engine {
  const engine = new OnnxEngine(1);
  return {
    info: engine.info,
    frozen: (spec) => engine.frozen(spec),
    classifier: (spec) => engine.classifier(spec),
    trainer: async (spec: TrainerSpec): Promise<Trainer> =>
      Object.assign(await engine.trainer(spec), { stepsPerCall: STEPS_PER_CALL }),
  };
}
