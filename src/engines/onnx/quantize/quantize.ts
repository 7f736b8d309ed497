import { matchBackbone } from '../../../network/backbone-weights.js';
import { imageShapes } from '../../../network/layers.js';
import type { ClassifierSpec, InputSize, PixelBatch } from '../../engine.js';
import { writeLayers, writeResize } from '../forward.js';
import { GraphBuilder } from '../graph.js';
import { pixelsOf, scaleOf, startGraph, writeOutputs } from '../pixel-graph.js';
import { writeQuantizedLayers } from './quantized-layers.js';
import { measureScales } from './scales.js';

/**
 * A classifier with 8-bit weights and activations, as an ONNX file that takes the same batches and gives the same
 * outputs. The head stays as it is: it has a thousandth of the work.
 * @param batches by which the ranges of activations are told. @throws DATASET_REFUSED when there are none.
 */
export async function quantizeClassifier(
  { backbone, head, headWeights, size }: ClassifierSpec,
  batches: AsyncIterable<PixelBatch>,
  threads: number,
): Promise<Uint8Array> {
  const { layers } = matchBackbone(backbone);
  const floats = startGraph(size, layers);
  const computed = writeLayers(floats.graph, layers, backbone, floats.values, floats.shapes);
  const scales = await measureScales(floats.graph, layers, computed, batches, { size, threads });

  const graph = new GraphBuilder();
  const whole = [...layers, ...head];
  const shapes = imageShapes(whole, size.image);
  const last = writeQuantizedLayers(graph, layers, backbone, writePixels(graph, size), shapes, scales);
  writeOutputs(graph, whole, writeLayers(graph, head, headWeights, last, shapes), shapes);
  return graph.encode();
}

/** The picture as bytes, channels first. One that is enlarged is rounded to bytes again. */
function writePixels(graph: GraphBuilder, size: InputSize): string {
  const bytes = graph.node('Transpose', [pixelsOf(graph, size)], { perm: [0, 3, 1, 2] });
  const scale = scaleOf(size);
  if (scale === 1) return bytes;
  const enlarged = writeResize(graph, graph.node('Cast', [bytes], { to: 1 }), [scale, scale]);
  return graph.node('QuantizeLinear', [enlarged, graph.scalar(1), graph.constant(Uint8Array.of(0), [])]);
}
