import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import { freeSpace } from '../../storage/free-space.js';
import type {
  ClassifierForward,
  ClassifierSpec,
  Engine,
  EngineInfo,
  Features,
  Forward,
  FrozenSpec,
  InputSize,
  PixelBatch,
  Quantizer,
  Trainer,
  TrainerSpec,
} from '../engine.js';
import { classifierModel } from './classifier-model.js';
import { frozenModel } from './frozen-model.js';
import { GradCam } from './grad-cam.js';
import { openNetwork } from './open-network.js';
import { quantizeClassifier } from './quantize/quantize.js';
import { createSession, type OnnxDevice, type SessionOptions } from './session.js';
import { OnnxTrainer } from './training/trainer.js';

const { version } = createRequire(import.meta.url)('onnxruntime-node/package.json') as { version: string };

/** ONNX Runtime, the default engine: a plain `npm install` includes it. */
export class OnnxEngine implements Engine, Quantizer {
  readonly info: EngineInfo;
  readonly #session: SessionOptions;

  /** @param threads threads per session. @param device a device that works (`findDevice`). */
  constructor(threads: number = availableParallelism(), device: OnnxDevice = 'cpu') {
    this.info = { name: 'onnx', version, device, threads };
    this.#session = { threads, device };
  }

  async frozen(spec: FrozenSpec): Promise<Forward<Features>> {
    return openNetwork(frozenModel(spec), spec.size, this.#session);
  }

  async classifier(spec: ClassifierSpec): Promise<Forward> {
    return openNetwork<Float32Array>(classifierModel(spec), spec.size, this.#session);
  }

  async quantize(spec: ClassifierSpec, batches: AsyncIterable<PixelBatch>): Promise<Uint8Array> {
    return quantizeClassifier(spec, batches, this.info.threads);
  }

  /**
   * Optimizes a whole network for this machine and writes it to a file, with a second file for its weights.
   * @param model bytes of an ONNX file. @throws Error "No space left on device" when the disk is too full.
   */
  async compile(model: Uint8Array, file: string): Promise<void> {
    const built = createSession(model, { threads: 1, saveTo: file });
    const session = await built.catch(async (error: unknown) => {
      // ONNX Runtime's error says that the file cannot be written, but not why.
      const isFull = (await freeSpace(dirname(file))) < model.length;
      throw isFull ? new Error('No space left on device', { cause: error }) : error;
    });
    await session.release();
  }

  /** Loads a whole network. @param model bytes of an ONNX file. */
  async load(model: Uint8Array, size: InputSize): Promise<ClassifierForward> {
    return openNetwork<Float32Array>(model, size, this.#session);
  }

  async trainer(spec: TrainerSpec): Promise<Trainer> {
    return new OnnxTrainer(spec, this.#session);
  }

  /** Loads the explainer of a classifier. */
  async gradCam(spec: ClassifierSpec): Promise<GradCam> {
    return GradCam.load(spec, this.#session);
  }
}
