import type { Preprocessing } from '../../network/architecture.js';
import { isSoftmax, type Layer, NETWORK_INPUT, type Shape } from '../../network/layers.js';
import type { Weights } from '../../network/tensor.js';
import type { Features, FeatureType, Forward, InputSize } from '../engine.js';
import { ANY, GraphBuilder } from './graph.js';
import { cropTaps, tapsOf } from './kernel-taps.js';
import type { Library } from './library.js';
import type { Context } from './operators/operator.js';
import { type ForwardContext, writeForward } from './pass.js';
import { GraphSession } from './session.js';
import { writeHalves } from './values.js';

export interface FrozenNetworkSpec {
  readonly layers: readonly Layer[];
  /** Weights with the batch normalization folded in. */
  readonly weights: Weights;
  readonly shapes: ReadonlyMap<string, Shape>;
  readonly size: InputSize;
  readonly preprocessing: Preprocessing;
  /** Type of the output. */
  readonly type: FeatureType;
}

/** A network with constant weights, from pixels to its last layer. */
export class FrozenNetwork<T extends Features> implements Forward<T> {
  private constructor(
    private readonly session: GraphSession,
    private readonly type: FeatureType,
    readonly outFeatures: number,
  ) {}

  static async open<T extends Features>(library: Library, spec: FrozenNetworkSpec): Promise<FrozenNetwork<T>> {
    const { layers, shapes, size, type } = spec;
    const last = layers.at(-1) as Layer;
    const { height, width, channels } = shapes.get(last.name) as Shape;
    const graph = new GraphBuilder();
    const pixels = graph.placeholder('uint8', [ANY, size.input, size.input, 3]);
    const value = writeNetwork(graph, spec, pixels).get(last.name) as string;
    const result = isSoftmax(last) ? graph.floats('Softmax', [value]) : value;
    graph.signature('features', {
      inputs: new Map([['pixels', { value: pixels, type: 'uint8', shape: [ANY, size.input, size.input, 3] }]]),
      outputs: new Map([
        [
          'values',
          type === 'float16'
            ? { value: writeHalves(graph, result), type: 'int32', shape: [] }
            : { value: result, type: 'float32', shape: [] },
        ],
      ]),
    });
    const session = await GraphSession.open(library, graph);
    return new FrozenNetwork(session, type, height * width * channels);
  }

  async run(pixels: Uint8Array, _n: number): Promise<T> {
    const { values } = this.session.call('features', { pixels });
    return (this.type === 'float16' ? Uint16Array.from(values as Int32Array) : values) as T;
  }

  async dispose(): Promise<void> {
    this.session.dispose();
  }
}

/** Writes preprocessing and layers, with their weights as constants. @returns the value of every layer, by name. */
export function writeNetwork(
  graph: GraphBuilder,
  { layers, weights, shapes, size, preprocessing }: Omit<FrozenNetworkSpec, 'type'>,
  pixels: string,
): ReadonlyMap<string, string> {
  const context: ForwardContext = {
    graph,
    weight: constantsOf(graph, layers, weights, shapes),
    shapeOf: (name) => shapes.get(name) as Shape,
    training: null,
  };
  const image = writePreprocessing(graph, pixels, [size.input, size.input], [size.image, size.image], preprocessing);
  return writeForward(context, layers, new Map([[NETWORK_INPUT, image]])).values;
}

function constantsOf(
  graph: GraphBuilder,
  layers: readonly Layer[],
  weights: Weights,
  shapes: ReadonlyMap<string, Shape>,
): Context['weight'] {
  const kernels = new Map(layers.map((layer) => [`${layer.name}/kernel`, layer]));
  return (name) => {
    const weight = weights.get(name);
    if (weight?.type !== 'F32') throw new Error(`${name} is missing`);
    const layer = kernels.get(name);
    if (layer?.kind !== 'conv') return graph.constant(weight.data, weight.shape);
    const taps = tapsOf(layer, shapes.get(layer.inputs[0]) as Shape);
    return graph.constant(cropTaps(weight.data, layer, taps), taps.shape);
  };
}

/** Same as in the onnx engine: bilinear with half-pixel centers, no antialiasing, then the network's scaling. */
export function writePreprocessing(
  graph: GraphBuilder,
  pixels: string,
  from: readonly [number, number],
  to: readonly [number, number],
  { scale, shift }: Preprocessing,
): string {
  const resized =
    from.join() === to.join()
      ? graph.node('Cast', [pixels], { SrcT: { type: 'uint8' }, DstT: { type: 'float32' } })
      : graph.node('ResizeBilinear', [pixels, graph.ints(...to)], { T: { type: 'uint8' }, half_pixel_centers: true });
  return graph.floats('Sub', [graph.floats('Mul', [resized, graph.scalar(scale)]), graph.scalar(shift)]);
}
