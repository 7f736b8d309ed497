import * as ort from 'onnxruntime-node';
import type { Engine, InputSize, Trainer, TrainerSpec } from '../../src/engines/engine.js';
import { writeLayers, writePreprocessing } from '../../src/engines/onnx/forward.js';
import { GraphBuilder } from '../../src/engines/onnx/graph.js';
import { OnnxEngine } from '../../src/engines/onnx/onnx-engine.js';
import { createSession, type OnnxDevice } from '../../src/engines/onnx/session.js';
import { OnnxTrainer } from '../../src/engines/onnx/training/trainer.js';
import { findOpenVino, OPENVINO_FOLDER } from '../../src/engines/openvino/find-openvino.js';
import { loadOpenVino } from '../../src/engines/openvino/library.js';
import { OpenVinoEngine } from '../../src/engines/openvino/openvino-engine.js';
import { OpenVinoNetwork } from '../../src/engines/openvino/openvino-network.js';
import { Request } from '../../src/engines/openvino/request.js';
import {
  writeNetwork,
  writePreprocessing as writeTensorFlowPreprocessing,
} from '../../src/engines/tensorflow/frozen-network.js';
import { ANY, GraphBuilder as TensorFlowGraph } from '../../src/engines/tensorflow/graph.js';
import { loadTensorFlow } from '../../src/engines/tensorflow/load.js';
import { GraphSession } from '../../src/engines/tensorflow/session.js';
import { TensorFlowEngine } from '../../src/engines/tensorflow/tensorflow-engine.js';
import { findTfjs } from '../../src/engines/tensorflow/tfjs-package.js';
import { TensorFlowTrainer } from '../../src/engines/tensorflow/trainer.js';
import type { Preprocessing } from '../../src/network/architecture.js';
import { matchBackbone } from '../../src/network/backbone-weights.js';
import { foldLayers } from '../../src/network/folded-weights.js';
import { imageShapes, NETWORK_INPUT, POOLED, type Shape } from '../../src/network/layers.js';
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
  trainer(spec: TrainerSpec, passBytes?: number): Promise<Trainer>;
  /** Resizes and scales pixels, channels last. */
  preprocessed(pictures: Pictures, height: number, width: number): Promise<Float32Array>;
  /** Computes layers of a backbone, channels last. */
  layerValues(
    backbone: Weights,
    size: InputSize,
    pictures: Pictures,
    names: readonly string[],
  ): Promise<ReadonlyMap<string, Float32Array>>;
  /** Numbers of tensors and sessions in the library's memory, if it counts them. */
  readonly held?: () => { readonly tensors: number; readonly sessions: number };
}

export interface TestedEngine {
  readonly name: string;
  readonly open: () => Promise<OpenEngine>;
}

/** Whether TensorFlow itself is installed. Without it, open-engine.test.ts shows a skipped test. */
const installed = findTfjs() !== undefined;

/** OpenVINO's library if it is installed. */
const OPENVINO = findOpenVino(OPENVINO_FOLDER);

/** Devices of ONNX Runtime in addition to the CPU; on a machine that has them, set HUB_TEST_DEVICES=cuda,webgpu. */
const devices = (process.env.HUB_TEST_DEVICES ?? '').split(',').filter(Boolean) as OnnxDevice[];

/** All engines of this machine. */
export const TESTED_ENGINES: readonly TestedEngine[] = [
  { name: 'onnx', open: async () => openOnnx('cpu') },
  ...devices.map((device) => ({ name: `onnx on ${device}`, open: async () => openOnnx(device) })),
  ...(installed ? [{ name: 'tensorflow', open: async () => openTensorFlow() }] : []),
];

/** Engines whose forward passes are tested: also OpenVINO where it is installed, which leaves training to ONNX Runtime. */
export const FORWARD_ENGINES: readonly TestedEngine[] = [
  ...TESTED_ENGINES,
  ...(OPENVINO ? [{ name: 'openvino', open: async () => openOpenVino(OPENVINO) }] : []),
];

function openOnnx(device: OnnxDevice): OpenEngine {
  const session = { threads: THREADS, device };
  return {
    engine: new OnnxEngine(THREADS, device),
    trainer: async (spec, passBytes) => new OnnxTrainer(spec, session, passBytes),
    ...fromOnnxFiles(async (model, { pixels, count, height, width }) => {
      const opened = await createSession(model, session);
      const results = await opened.run({ pixels: new ort.Tensor('uint8', pixels, [count, height, width, 3]) });
      await opened.release();
      return (name) => results[name]!.data as Float32Array;
    }),
  };
}

function openOpenVino(path: string): OpenEngine {
  const openVino = loadOpenVino(path);
  return {
    engine: new OpenVinoEngine(THREADS, openVino),
    trainer: async (spec, passBytes) => new OnnxTrainer(spec, { threads: THREADS, device: 'cpu' }, passBytes),
    ...fromOnnxFiles(async (model, { pixels, count, height, width }, names) => {
      const network = OpenVinoNetwork.compile(openVino, model, { threads: THREADS, streams: 1, bf16: false });
      const request = new Request(openVino, network.handle);
      request.compute(pixels, [count, height, width, 3]);
      const values = new Map(names.map((name) => [name, new Float32Array(request.read(name) as ArrayBuffer)]));
      request.dispose();
      network.dispose();
      return (name) => values.get(name) as Float32Array;
    }),
  };
}

/** Runs the ONNX file of a graph. @returns its outputs by name; maps are n x c x h x w. */
type RunFile = (
  model: Uint8Array,
  pictures: Pictures,
  names: readonly string[],
) => Promise<(name: string) => Float32Array>;

/** The parts of an engine that computes ONNX files. */
function fromOnnxFiles(runFile: RunFile): Pick<OpenEngine, 'preprocessed' | 'layerValues'> {
  return {
    preprocessed: async (pictures, height, width) => {
      const graph = new GraphBuilder();
      graph.output(writePicture(graph, pictures, height, width), 'picture', 'float32', MAPS);
      return channelsLast((await runFile(graph.encode(), pictures, ['picture']))('picture'), {
        height,
        width,
        channels: 3,
      });
    },
    layerValues: async (backbone, size, pictures, names) => {
      const { architecture, layers } = matchBackbone(backbone);
      const graph = new GraphBuilder();
      const picture = writePicture(graph, pictures, size.image, size.image, architecture.preprocessing);
      const shapes = imageShapes(layers, size.image);
      const values = writeLayers(graph, layers, backbone, new Map([[NETWORK_INPUT, picture]]), shapes);
      for (const name of names) {
        graph.output(values.get(name) as string, name, 'float32', name === POOLED ? ['n', 'c'] : MAPS);
      }
      const read = await runFile(graph.encode(), pictures, names);
      return new Map(names.map((name) => [name, channelsLast(read(name), shapes.get(name) as Shape)]));
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

const MAPS = ['n', 'c', 'h', 'w'];

function channelsLast(values: Float32Array, { height, width, channels }: Shape): Float32Array {
  const places = height * width;
  return values.map((_, i) => {
    const [row, channel] = [Math.floor(i / channels), i % channels];
    return values[(Math.floor(row / places) * channels + channel) * places + (row % places)] as number;
  });
}

function openTensorFlow(): OpenEngine {
  const { library, info } = loadTensorFlow({ threads: THREADS, cpuOnly: false });
  /** Computes values of pictures in a graph. */
  const compute = async (
    { pixels, height, width }: Pictures,
    names: readonly string[],
    write: (graph: TensorFlowGraph, pixels: string) => (name: string) => string,
  ): Promise<ReadonlyMap<string, Float32Array>> => {
    const graph = new TensorFlowGraph();
    const shape = [ANY, height, width, 3];
    const given = graph.placeholder('uint8', shape);
    const valueNamed = write(graph, given);
    const outputs = names.map((name) => [name, { value: valueNamed(name), type: 'float32', shape: [] }] as const);
    graph.signature('compute', {
      inputs: new Map([['pixels', { value: given, type: 'uint8', shape }]]),
      outputs: new Map(outputs),
    });
    const session = await GraphSession.open(library, graph);
    const values = session.call('compute', { pixels });
    session.dispose();
    return new Map(Object.entries(values)) as ReadonlyMap<string, Float32Array>;
  };
  return {
    engine: new TensorFlowEngine(library, info),
    trainer: (spec, passBytes) => TensorFlowTrainer.open(library, spec, passBytes),
    preprocessed: async (pictures, height, width) => {
      const values = await compute(pictures, ['picture'], (graph, pixels) => {
        const from = [pictures.height, pictures.width] as const;
        const { preprocessing } = DEFAULT_ARCHITECTURE;
        const picture = writeTensorFlowPreprocessing(graph, pixels, from, [height, width], preprocessing);
        return () => picture;
      });
      return values.get('picture') as Float32Array;
    },
    layerValues: async (backbone, size, pictures, names) => {
      const { architecture, layers } = matchBackbone(backbone);
      return compute(pictures, names, (graph, pixels) => {
        const { weights } = foldLayers(layers, backbone);
        const shapes = imageShapes(layers, size.image);
        const { preprocessing } = architecture;
        const values = writeNetwork(graph, { layers, weights, shapes, size, preprocessing }, pixels);
        return (name) => values.get(name) as string;
      });
    },
    held: () => ({ tensors: library.getNumOfTensors(), sessions: library.getNumOfSavedModels() }),
  };
}
