import { lastMaps, POOLED } from '../../network/inception-v3.js';
import { imageShapes, type Layer, NETWORK_INPUT, type Shape } from '../../network/layers.js';
import type { InputSize } from '../engine.js';
import { writePreprocessing } from './forward.js';
import { GraphBuilder } from './graph.js';
import { FEATURES, MAPS, RESULT } from './outputs.js';

/** A graph begun that takes pictures. */
export interface PixelGraph {
  readonly graph: GraphBuilder;
  /** The preprocessed image, by the name under which the first layers read it. */
  readonly values: ReadonlyMap<string, string>;
  readonly shapes: ReadonlyMap<string, Shape>;
}

/** Begins a graph that computes these layers in floats. */
export function startGraph(size: InputSize, layers: readonly Layer[]): PixelGraph {
  const graph = new GraphBuilder();
  const scale = scaleOf(size);
  const image = writePreprocessing(graph, pixelsOf(graph, size), [scale, scale]);
  return { graph, values: new Map([[NETWORK_INPUT, image]]), shapes: imageShapes(layers, size.image) };
}

/** The input of every graph: uint8 [n, input, input, 3]. */
export function pixelsOf(graph: GraphBuilder, { input }: InputSize): string {
  return graph.input('pixels', 'uint8', ['n', input, input, 3]);
}

/** By how much the network enlarges a image. */
export function scaleOf({ image, input }: InputSize): number {
  return image / input;
}

/**
 * Makes what a classifier computes outputs: probabilities, what its head reads, and the last maps that tell places apart.
 * @param layers all of them. @param values by layer, maps NCHW.
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
