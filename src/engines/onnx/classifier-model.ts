import { matchBackbone } from '../../network/backbone-weights.js';
import type { BlobStore } from '../../storage/blobs.js';
import type { ClassifierSpec } from '../engine.js';
import type { ClassifierNetwork } from '../network-thread-messages.js';
import { readClassifier } from '../read-classifier.js';
import { writeLayers } from './forward.js';
import { startGraph, writeOutputs } from './pixel-graph.js';

/**
 * Encodes a whole network as an ONNX file. Input: `pixels`, uint8 [n, input, input, 3]. Outputs: `result`, float
 * [n, classes], and the activations before it, `features` [n, channels] and `maps` [n, channels, h, w].
 */
export function classifierModel({ backbone, head, headWeights, size }: ClassifierSpec): Uint8Array {
  const network = matchBackbone(backbone);
  const whole = [...network.layers, ...head];
  const { graph, values, shapes } = startGraph(size, network, whole);
  const frozen = writeLayers(graph, network.layers, backbone, values, shapes);
  writeOutputs(graph, whole, writeLayers(graph, head, headWeights, frozen, shapes), shapes);
  return graph.encode();
}

/** The ONNX file of a network: its stored 8-bit form, or one made from its weights. */
export async function readModel(blobs: BlobStore, network: ClassifierNetwork): Promise<Uint8Array> {
  const { quantizedBlob } = network;
  return quantizedBlob === null ? classifierModel(await readClassifier(blobs, network)) : blobs.get(quantizedBlob);
}
