import { type Layer, PICTURE, pictureShapes, type Shape } from '../../network/layers.js';
import type { PictureSize } from '../engine.js';
import { writePreprocessing } from './forward.js';
import { GraphBuilder } from './graph.js';

/** Name of the only output. */
export const RESULT = 'result';

/** A graph begun that takes pictures. */
export interface PictureGraph {
  readonly graph: GraphBuilder;
  /** The preprocessed picture, by the name under which the first layers read it. */
  readonly values: ReadonlyMap<string, string>;
  readonly shapes: ReadonlyMap<string, Shape>;
}

/** Begins a graph that computes these layers in floats. */
export function startGraph(size: PictureSize, layers: readonly Layer[]): PictureGraph {
  const graph = new GraphBuilder();
  const scale = scaleOf(size);
  const picture = writePreprocessing(graph, pixelsOf(graph, size), [scale, scale]);
  return { graph, values: new Map([[PICTURE, picture]]), shapes: pictureShapes(layers, size.image) };
}

/** The input of every graph: uint8 [n, input, input, 3]. */
export function pixelsOf(graph: GraphBuilder, { input }: PictureSize): string {
  return graph.input('pixels', 'uint8', ['n', input, input, 3]);
}

/** By how much the network enlarges a picture. */
export function scaleOf({ image, input }: PictureSize): number {
  return image / input;
}
