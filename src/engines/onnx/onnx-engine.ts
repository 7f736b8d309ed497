import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import * as ort from 'onnxruntime-node';
import { matchBackbone } from '../../network/backbone-weights.js';
import { splitAt } from '../../network/inception-v3.js';
import { freeSpace } from '../../storage/free-space.js';
import type {
  ClassifierSpec,
  Engine,
  EngineInfo,
  Features,
  Forward,
  FrozenSpec,
  PictureBatch,
  PictureSize,
  Quantizer,
  Sight,
  SightedForward,
  Trainer,
  TrainerSpec,
} from '../engine.js';
import { classifierModel } from './classifier-model.js';
import { writeLayers } from './forward.js';
import { GradCam } from './grad-cam.js';
import { FEATURES, MAPS, RESULT, startGraph } from './picture-graph.js';
import { quantizeClassifier } from './quantize/quantize.js';
import { createSession, type OnnxDevice, type SessionOptions } from './session.js';
import { OnnxTrainer } from './training/trainer.js';

const { version } = createRequire(import.meta.url)('onnxruntime-node/package.json') as { version: string };

/** ONNX Runtime: what a plain `npm install` brings. */
export class OnnxEngine implements Engine, Quantizer {
  readonly info: EngineInfo;
  readonly #session: SessionOptions;

  /** @param threads threads per session. @param device one that was found to work (`devices.ts`). */
  constructor(threads: number = availableParallelism(), device: OnnxDevice = 'cpu') {
    this.info = { name: 'onnx', version, device, threads };
    this.#session = { threads, device };
  }

  async frozen({ backbone, size, upTo, type }: FrozenSpec): Promise<Forward<Features>> {
    const { layers } = matchBackbone(backbone);
    const { frozen } = splitAt(layers, upTo);
    const { graph, values, shapes } = startGraph(size, layers);
    const value = writeLayers(graph, frozen, backbone, values, shapes).get(upTo) as string;
    const shape = shapes.get(upTo)!;
    const outFeatures = shape.height * shape.width * shape.channels;
    // Behind avg_pool there is one row of channels; before it, channels last, as Keras and the training graph have it.
    const rows =
      upTo === 'avg_pool' ? value : graph.node('Flatten', [graph.node('Transpose', [value], { perm: [0, 2, 3, 1] })]);
    const typed = type === 'float16' ? graph.node('Cast', [rows], { to: 10 }) : rows;
    graph.output(typed, RESULT, type, ['n', outFeatures]);
    return this.#open(graph.encode(), size);
  }

  async classifier(spec: ClassifierSpec): Promise<Forward> {
    return this.#open<Float32Array>(classifierModel(spec), spec.size);
  }

  async quantize(spec: ClassifierSpec, pictures: AsyncIterable<PictureBatch>): Promise<Uint8Array> {
    return quantizeClassifier(spec, pictures, this.info.threads);
  }

  /** Writes a whole network to a file in ONNX Runtime's own format, optimized for this machine. @param model ONNX. */
  async compile(model: Uint8Array, file: string): Promise<void> {
    const built = createSession(model, { threads: 1, saveTo: file });
    const session = await built.catch(async (error: unknown) => {
      // It says that the file cannot be written, but not why.
      const isFull = (await freeSpace(dirname(file))) < model.length;
      throw isFull ? new Error('No space left on device', { cause: error }) : error;
    });
    await session.release();
  }

  /**
   * Loads a whole network.
   * @param model an ONNX file's bytes, or the path of what `compile` wrote: that takes a tenth of the time, and not the
   * memory that optimizing takes.
   */
  async load(model: Uint8Array | string, size: PictureSize): Promise<SightedForward> {
    return this.#open<Float32Array>(model, size);
  }

  async trainer(spec: TrainerSpec): Promise<Trainer> {
    return new OnnxTrainer(spec, this.#session);
  }

  /** Loads what explains the answers of a classifier. */
  async gradCam(spec: ClassifierSpec): Promise<GradCam> {
    return GradCam.load(spec, this.#session);
  }

  async #open<T extends Features>(model: Uint8Array | string, size: PictureSize) {
    const session = await createSession(model, this.#session);
    const { shape } = session.outputMetadata[0] as ort.InferenceSession.TensorValueMetadata;
    const run = async (pixels: Uint8Array, n: number, wanted: readonly string[]) => {
      // What a form of the network from before does not give is left out.
      const outputs = wanted.filter((name) => session.outputNames.includes(name));
      const feeds = { pixels: new ort.Tensor('uint8', pixels, [n, size.input, size.input, 3]) };
      return session.run(feeds, outputs);
    };
    return {
      outFeatures: shape[1] as number,
      run: async (pixels: Uint8Array, n: number) => valuesOf((await run(pixels, n, [RESULT]))[RESULT]!) as T,
      look: async (pixels: Uint8Array, n: number, maps: boolean): Promise<Sight> => {
        const seen = await run(pixels, n, [RESULT, FEATURES, ...(maps ? [MAPS] : [])]);
        const floats = (name: string): Float32Array | null => (seen[name]?.data as Float32Array | undefined) ?? null;
        return { probabilities: floats(RESULT)!, features: floats(FEATURES), maps: floats(MAPS) };
      },
      dispose: () => session.release(),
    };
  }
}

/** 16-bit floats as their bits, also where the runtime has an array type of its own for them. */
function valuesOf({ type, data }: ort.Tensor): Features {
  if (type !== 'float16') return data as Float32Array;
  const { buffer, byteOffset, length } = data as Uint16Array;
  return new Uint16Array(buffer, byteOffset, length);
}
