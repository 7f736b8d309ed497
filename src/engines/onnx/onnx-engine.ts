import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import * as ort from 'onnxruntime-node';
import { matchBackbone } from '../../network/backbone-weights.js';
import { splitAt } from '../../network/inception-v3.js';
import { PICTURE } from '../../network/layers.js';
import type {
  ClassifierSpec,
  Engine,
  EngineInfo,
  Features,
  FeatureType,
  Forward,
  FrozenSpec,
  PictureSize,
  Trainer,
  TrainerSpec,
} from '../engine.js';
import { pictureShapes, writeLayers, writePreprocessing } from './forward.js';
import { GraphBuilder } from './graph.js';
import { createSession } from './session.js';
import { OnnxTrainer } from './training/trainer.js';

const { version } = createRequire(import.meta.url)('onnxruntime-node/package.json') as { version: string };

/** ONNX Runtime on the CPU: what a plain `npm install` brings. */
export class OnnxEngine implements Engine {
  readonly info: EngineInfo;

  /** @param threads threads per session. */
  constructor(threads: number = availableParallelism()) {
    this.info = { name: 'onnx', version, device: 'cpu', threads };
  }

  async frozen({ backbone, size, upTo, type }: FrozenSpec): Promise<Forward<Features>> {
    const { layers } = matchBackbone(backbone);
    const { frozen } = splitAt(layers, upTo);
    const { graph, values, shapes } = start(size, layers);
    const value = writeLayers(graph, frozen, backbone, values, shapes).get(upTo) as string;
    const shape = shapes.get(upTo)!;
    const outFeatures = shape.height * shape.width * shape.channels;
    // Behind avg_pool there is one row of channels; before it, channels last, as Keras and the training graph have it.
    const rows =
      upTo === 'avg_pool' ? value : graph.node('Flatten', [graph.node('Transpose', [value], { perm: [0, 2, 3, 1] })]);
    const typed = type === 'float16' ? graph.node('Cast', [rows], { to: 10 }) : rows;
    return this.#load(graph, typed, type, size, outFeatures);
  }

  async classifier({ backbone, head, headWeights, size }: ClassifierSpec): Promise<Forward> {
    const { layers } = matchBackbone(backbone);
    const { graph, values, shapes } = start(size, [...layers, ...head]);
    const frozen = writeLayers(graph, layers, backbone, values, shapes);
    const all = writeLayers(graph, head, headWeights, frozen, shapes);
    const last = head.at(-1)!.name;
    return this.#load<Float32Array>(graph, all.get(last)!, 'float32', size, shapes.get(last)!.channels);
  }

  async trainer(spec: TrainerSpec): Promise<Trainer> {
    return new OnnxTrainer(spec, this.info.threads);
  }

  async #load<T extends Features>(
    graph: GraphBuilder,
    value: string,
    type: FeatureType,
    size: PictureSize,
    outFeatures: number,
  ): Promise<Forward<T>> {
    graph.output(value, 'result', type, ['n', outFeatures]);
    const session = await createSession(graph.encode(), { threads: this.info.threads });
    return {
      outFeatures,
      async run(pixels, n) {
        const output = await session.run({ pixels: new ort.Tensor('uint8', pixels, [n, size.input, size.input, 3]) });
        return valuesOf(output.result!) as T;
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

function start(size: PictureSize, layers: Parameters<typeof pictureShapes>[0]) {
  const graph = new GraphBuilder();
  const pixels = graph.input('pixels', 'uint8', ['n', size.input, size.input, 3]);
  const scale = size.image / size.input;
  const values = new Map([[PICTURE, writePreprocessing(graph, pixels, [scale, scale])]]);
  return { graph, values, shapes: pictureShapes(layers, size) };
}
