import { matchBackbone } from '../../../network/backbone-weights.js';
import { imageShapes } from '../../../network/layers.js';
import { lastMaps } from '../../../network/networks.js';
import type { ClassifierSpec, InputSize, PixelBatch } from '../../engine.js';
import { writeLayers, writeResize } from '../forward.js';
import { GraphBuilder } from '../graph.js';
import { pixelsOf, scaleOf, startGraph, writeOutputs } from '../pixel-graph.js';
import { writeQuantizedLayers } from './quantized-layers.js';
import { measureScales } from './scales.js';

/**
 * Quantizes a classifier to 8-bit weights and activations, as an ONNX file with the same inputs and outputs. The head stays
 * in floats: it is a thousandth of the computation.
 * @param batches images from which the ranges of activations are measured.
 * @throws DATASET_REFUSED when there are no batches.
 */
export async function quantizeClassifier(
  { backbone, head, headWeights, size }: ClassifierSpec,
  batches: AsyncIterable<PixelBatch>,
  threads: number,
): Promise<Uint8Array> {
  const network = matchBackbone(backbone);
  const { layers } = network;
  const floats = startGraph(size, network, layers);
  const computed = writeLayers(floats.graph, layers, backbone, floats.values, floats.shapes);
  const scales = await measureScales(floats.graph, layers, computed, batches, { size, threads });

  const graph = new GraphBuilder();
  const whole = [...layers, ...head];
  const shapes = imageShapes(whole, size.image);
  const maps = new Set(layers.slice(0, -1).map(({ name }) => name));
  const wanted = [lastMaps(shapes), ...head.flatMap(({ inputs }) => inputs)].filter((name) => maps.has(name));
  const last = writeQuantizedLayers(graph, network, backbone, writePixels(graph, size), shapes, scales, wanted);
  writeOutputs(graph, whole, writeLayers(graph, head, headWeights, last, shapes), shapes);
  return graph.encode();
}

/** Writes the input as bytes, channels first. An enlarged input is rounded to bytes again. */
function writePixels(graph: GraphBuilder, size: InputSize): string {
  const bytes = graph.node('Transpose', [pixelsOf(graph, size)], { perm: [0, 3, 1, 2] });
  const scale = scaleOf(size);
  if (scale === 1) return bytes;
  const enlarged = writeResize(graph, graph.node('Cast', [bytes], { to: 1 }), [scale, scale]);
  return graph.node('QuantizeLinear', [enlarged, graph.scalar(1), graph.constant(Uint8Array.of(0), [])]);
}
