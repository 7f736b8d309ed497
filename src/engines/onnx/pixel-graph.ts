import { imageShapes, type Layer, NETWORK_INPUT, POOLED, type Shape } from '../../network/layers.js';
import { lastMaps, type Network } from '../../network/networks.js';
import type { InputSize } from '../engine.js';
import { writePreprocessing } from './forward.js';
import { GraphBuilder } from './graph.js';
import { FEATURES, MAPS, RESULT } from './outputs.js';

/** A graph that takes pixels, with its preprocessing written. */
export interface PixelGraph {
  readonly graph: GraphBuilder;
  /** The preprocessed image, under the name by which the first layers read it. */
  readonly values: ReadonlyMap<string, string>;
  readonly shapes: ReadonlyMap<string, Shape>;
}

/** Starts a graph for layers that compute in floats. @param layers those of a network, and what follows them. */
export function startGraph(size: InputSize, { architecture }: Network, layers: readonly Layer[]): PixelGraph {
  const graph = new GraphBuilder();
  const scale = scaleOf(size);
  const image = writePreprocessing(graph, pixelsOf(graph, size), [scale, scale], architecture.preprocessing);
  return { graph, values: new Map([[NETWORK_INPUT, image]]), shapes: imageShapes(layers, size.image) };
}

/** The input of every graph: uint8 [n, input, input, 3]. */
export function pixelsOf(graph: GraphBuilder, { input }: InputSize): string {
  return graph.input('pixels', 'uint8', ['n', input, input, 3]);
}

/** Factor by which the network enlarges its input. */
export function scaleOf({ image, input }: InputSize): number {
  return image / input;
}

/**
 * Makes a classifier's values outputs of the graph: probabilities, the head's input, and the last maps that resolve places.
 * @param layers all layers. @param values by layer; maps in NCHW.
 */
export function writeOutputs(
  graph: GraphBuilder,
  layers: readonly Layer[],
  values: ReadonlyMap<string, string>,
  shapes: ReadonlyMap<string, Shape>,
): void {
  const output = (name: string, layer: string, isMap = false): void => {
    const { channels, height, width } = shapes.get(layer) as Shape;
    const dimensions = isMap ? [channels, height, width] : [channels];
    graph.output(values.get(layer) as string, name, 'float32', ['n', ...dimensions]);
  };
  output(RESULT, (layers.at(-1) as Layer).name);
  output(FEATURES, POOLED);
  output(MAPS, lastMaps(shapes), true);
}
