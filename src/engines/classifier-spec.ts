import { overlay } from '../network/backbone-weights.js';
import { headOf } from '../network/head.js';
import { readSafetensors } from '../network/safetensors.js';
import type { Weights } from '../network/tensor.js';
import type { BlobStore } from '../storage/blobs.js';
import type { ClassifierSpec } from './engine.js';
import type { ClassifierNetwork } from './network-thread-messages.js';

/** Reads what a whole network is made of. @throws NOT_FOUND, BLOB_CORRUPT or WEIGHTS_REFUSED. */
export async function classifierSpec(
  blobs: BlobStore,
  { backboneBlob, weightsBlob, size }: ClassifierNetwork,
): Promise<ClassifierSpec> {
  const trained = await readWeights(blobs, weightsBlob);
  const backbone = overlay(await readWeights(blobs, backboneBlob), trained);
  return { backbone, size, head: headOf(trained), headWeights: trained };
}

export async function readWeights(blobs: BlobStore, blob: string): Promise<Weights> {
  return readSafetensors(await blobs.get(blob)).weights;
}
