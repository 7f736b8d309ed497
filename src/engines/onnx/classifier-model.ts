import { matchBackbone } from '../../network/backbone-weights.js';
import type { BlobStore } from '../../storage/blobs.js';
import type { ClassifierSpec } from '../engine.js';
import type { ClassifierNetwork } from '../network-thread-messages.js';
import { readClassifier } from '../read-classifier.js';
import { writeLayers } from './forward.js';
import { RESULT, startGraph } from './picture-graph.js';

/** A whole network as an ONNX file: `pixels`, uint8 [n, input, input, 3], to `result`, float [n, classes]. */
export function classifierModel({ backbone, head, headWeights, size }: ClassifierSpec): Uint8Array {
  const { layers } = matchBackbone(backbone);
  const { graph, values, shapes } = startGraph(size, [...layers, ...head]);
  const frozen = writeLayers(graph, layers, backbone, values, shapes);
  const all = writeLayers(graph, head, headWeights, frozen, shapes);
  const last = head.at(-1)!.name;
  graph.output(all.get(last)!, RESULT, 'float32', ['n', shapes.get(last)!.channels]);
  return graph.encode();
}

/** The ONNX file of a network: its form with 8 bits, or else made of its weights. */
export async function readModel(blobs: BlobStore, network: ClassifierNetwork): Promise<Uint8Array> {
  const { quantizedBlob } = network;
  return quantizedBlob === null ? classifierModel(await readClassifier(blobs, network)) : blobs.get(quantizedBlob);
}
