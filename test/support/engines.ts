import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as ort from 'onnxruntime-node';
import type { Engine, InputSize, Trainer, TrainerSpec } from '../../src/engines/engine.js';
import { writeLayers, writePreprocessing } from '../../src/engines/onnx/forward.js';
import { GraphBuilder } from '../../src/engines/onnx/graph.js';
import { OnnxEngine } from '../../src/engines/onnx/onnx-engine.js';
import { createSession, type OnnxDevice, type SessionOptions } from '../../src/engines/onnx/session.js';
import { OnnxTrainer } from '../../src/engines/onnx/training/trainer.js';
import { preprocess } from '../../src/engines/tensorflow/frozen-network.js';
import { kernelsOf } from '../../src/engines/tensorflow/kernels.js';
import { computeLayers } from '../../src/engines/tensorflow/layers.js';
import type { TensorFlow } from '../../src/engines/tensorflow/library.js';
import { loadTensorFlow } from '../../src/engines/tensorflow/load.js';
import { TensorFlowEngine } from '../../src/engines/tensorflow/tensorflow-engine.js';
import { findTfjs } from '../../src/engines/tensorflow/tfjs-package.js';
import { TensorFlowTrainer } from '../../src/engines/tensorflow/trainer.js';
import type { Preprocessing } from '../../src/network/architecture.js';
import { matchBackbone } from '../../src/network/backbone-weights.js';
import { foldLayers } from '../../src/network/folded-weights.js';
import { imageShapes, NETWORK_INPUT } from '../../src/network/layers.js';
import { DEFAULT_ARCHITECTURE } from '../../src/network/networks.js';
import type { Weights } from '../../src/network/tensor.js';

const THREADS = 2;

/** Pixels, channels last. */
interface Pictures {
  readonly pixels: Uint8Array;
  readonly count: number;
  readonly height: number;
  readonly width: number;
}

/** An engine, and the parts of it that are tested on their own. */
export interface OpenEngine {
  readonly engine: Engine;
  /** @param passBytes most bytes of activations per pass. */
  trainer(spec: TrainerSpec, passBytes?: number): Trainer;
  /** Resizes and scales pixels, channels last. */
  preprocessed(pictures: Pictures, height: number, width: number): Promise<Float32Array>;
  /** Computes layers of a backbone, channels last. */
  layerValues(
    backbone: Weights,
    size: InputSize,
    pictures: Pictures,
    names: readonly string[],
  ): Promise<ReadonlyMap<string, Float32Array>>;
  /** Number of tensors in the library's memory, if it counts them. */
  readonly tensors?: () => number;
}

export interface TestedEngine {
  readonly name: string;
  /** Whether it is fast enough for the full network. */
  readonly real: boolean;
  readonly open: () => Promise<OpenEngine>;
}

/** Whether TensorFlow itself is installed. Without it, open-engine.test.ts shows a skipped test. */
const installed = findTfjs() !== undefined;

/** Devices of ONNX Runtime in addition to the CPU; on a machine that has them, set HUB_TEST_DEVICES=cuda,webgpu. */
const devices = (process.env.HUB_TEST_DEVICES ?? '').split(',').filter(Boolean) as OnnxDevice[];

/** All engines of this machine. TensorFlow's is always tested on the JavaScript backend. */
export const TESTED_ENGINES: readonly TestedEngine[] = [
  { name: 'onnx', real: true, open: async () => openOnnx('cpu') },
  ...devices.map((device) => ({ name: `onnx on ${device}`, real: true, open: async () => openOnnx(device) })),
  { name: 'tensorflow on JavaScript', real: false, open: () => openTensorFlow('cpu') },
  ...(installed ? [{ name: 'tensorflow', real: true, open: () => openTensorFlow('tensorflow') }] : []),
];
export const REAL_ENGINES = TESTED_ENGINES.filter(({ real }) => real);

function openOnnx(device: OnnxDevice): OpenEngine {
  const session = { threads: THREADS, device };
  return {
    engine: new OnnxEngine(THREADS, device),
    trainer: (spec, passBytes) => new OnnxTrainer(spec, session, passBytes),
    preprocessed: async (pictures, height, width) => {
      const graph = new GraphBuilder();
      const picture = writePicture(graph, pictures, height, width);
      return (await runGraph(graph, session, pictures, new Map([[NETWORK_INPUT, picture]]))).get(
        NETWORK_INPUT,
      ) as Float32Array;
    },
    layerValues: async (backbone, size, pictures, names) => {
      const { architecture, layers } = matchBackbone(backbone);
      const graph = new GraphBuilder();
      const picture = writePicture(graph, pictures, size.image, size.image, architecture.preprocessing);
      const shapes = imageShapes(layers, size.image);
      const values = writeLayers(graph, layers, backbone, new Map([[NETWORK_INPUT, picture]]), shapes);
      return runGraph(graph, session, pictures, new Map(names.map((name) => [name, values.get(name) as string])));
    },
  };
}

function writePicture(
  graph: GraphBuilder,
  pictures: Pictures,
  height: number,
  width: number,
  preprocessing: Preprocessing = DEFAULT_ARCHITECTURE.preprocessing,
): string {
  const pixels = graph.input('pixels', 'uint8', ['n', pictures.height, pictures.width, 3]);
  return writePreprocessing(graph, pixels, [height / pictures.height, width / pictures.width], preprocessing);
}

/** Runs a graph. @param outputs values of the graph by name; maps are n x c x h x w. */
async function runGraph(
  graph: GraphBuilder,
  options: SessionOptions,
  pictures: Pictures,
  outputs: ReadonlyMap<string, string>,
) {
  for (const [name, value] of outputs) graph.output(value, name, 'float32', name === 'avg_pool' ? ['n', 'c'] : MAPS);
  const session = await createSession(graph.encode(), options);
  const { pixels, count, height, width } = pictures;
  const results = await session.run({ pixels: new ort.Tensor('uint8', pixels, [count, height, width, 3]) });
  await session.release();
  return new Map(Object.entries(results).map(([name, value]) => [name, channelsLast(value)]));
}

const MAPS = ['n', 'c', 'h', 'w'];

function channelsLast({ data, dims }: ort.Tensor): Float32Array {
  const [count, channels, height = 1, width = 1] = dims as [number, number, number?, number?];
  const places = height * width;
  const values = data as Float32Array;
  return Float32Array.from({ length: count * places * channels }, (_, i) => {
    const [row, channel] = [Math.floor(i / channels), i % channels];
    return values[(Math.floor(row / places) * channels + channel) * places + (row % places)] as number;
  });
}

/** @param backend `cpu` is the JavaScript backend, which tfjs-node includes. */
async function openTensorFlow(backend: 'cpu' | 'tensorflow'): Promise<OpenEngine> {
  const tf = installed ? (await loadTensorFlow({ threads: THREADS, cpuOnly: false })).tf : await javaScriptLibrary();
  await tf.setBackend(backend);
  const kernels = kernelsOf(tf);
  const version = tf.version_core;
  const input = ({ pixels, count, height, width }: Pictures): Tensor4D =>
    tf.tensor4d(new Float32Array(pixels), [count, height, width, 3]);
  return {
    engine: new TensorFlowEngine(tf, { name: 'tensorflow', version, device: 'cpu', threads: THREADS }),
    trainer: (spec, passBytes) => new TensorFlowTrainer(tf, kernels, spec, passBytes),
    preprocessed: async (pictures, height, width) =>
      tf.tidy(
        () =>
          preprocess(
            tf,
            input(pictures),
            [height, width],
            DEFAULT_ARCHITECTURE.preprocessing,
          ).dataSync() as Float32Array,
      ),
    layerValues: async (backbone, size, pictures, names) => {
      const { architecture, layers } = matchBackbone(backbone);
      const values = tf.tidy(() => {
        const folded = foldLayers(layers, backbone).weights;
        const weights = new Map(Array.from(folded, ([name, { data, shape }]) => [name, tf.tensor(data, [...shape])]));
        const picture = preprocess(tf, input(pictures), [size.image, size.image], architecture.preprocessing);
        const context = { tf, kernels, weights, shapes: imageShapes(layers, size.image) };
        const all = computeLayers(context, layers, new Map([[NETWORK_INPUT, picture]]));
        return names.map((name) => all.get(name)!.dataSync() as Float32Array);
      });
      return new Map(names.map((name, i) => [name, values[i]!]));
    },
    tensors: () => tf.memory().numTensors,
  };
}

async function javaScriptLibrary(): Promise<TensorFlow> {
  const tf = await import('@tensorflow/tfjs'); // tfjs-core alone lacks the gradients in CommonJS
  tf.enableProdMode(); // suppresses the advice to install tfjs-node
  return tf;
}
