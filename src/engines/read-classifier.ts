import { overlay } from '../network/backbone-weights.js';
import { headOf } from '../network/head.js';
import { readSafetensors } from '../network/safetensors.js';
import type { BlobStore } from '../storage/blobs.js';
import type { ClassifierSpec } from './engine.js';
import type { ClassifierNetwork } from './network-thread-messages.js';

/** Reads a whole network from its blobs: the backbone, overlaid with the trained weights, and the head. */
export async function readClassifier(
  blobs: BlobStore,
  { backboneBlob, weightsBlob, size }: Omit<ClassifierNetwork, 'quantizedBlob'>,
): Promise<ClassifierSpec> {
  const { weights: backbone } = readSafetensors(await blobs.get(backboneBlob));
  const trained = readSafetensors(await blobs.get(weightsBlob));
  return { backbone: overlay(backbone, trained.weights), size, head: headOf(trained), headWeights: trained.weights };
}
