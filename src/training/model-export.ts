import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat, writeFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { classifierModel } from '../engines/onnx/classifier-model.js';
import { encodeMetadata } from '../engines/onnx/proto.js';
import { readClassifier } from '../engines/read-classifier.js';
import { floatBackbone, matchBackbone } from '../network/backbone-weights.js';
import { headOf } from '../network/head.js';
import { kerasModel } from '../network/keras/layers.js';
import { writeKerasModel } from '../network/keras/write.js';
import { type Layer, usedLayers } from '../network/layers.js';
import { safetensorsParts } from '../network/safetensors.js';
import type { Weights } from '../network/tensor.js';
import type { BlobStore } from '../storage/blobs.js';
import type { ExportFormat } from './export-formats.js';
import type { ExportedFile, ExportJob } from './job.js';

/** Writers by format. To add a format, add an entry here and in `EXPORT_FORMATS`. */
const WRITERS: Readonly<Record<ExportFormat, (job: ExportJob, blobs: BlobStore) => Promise<void>>> = {
  onnx: async (job, blobs) => {
    await writeFile(job.file, [classifierModel(await readClassifier(blobs, job)), encodeMetadata(job.about)]);
  },

  'onnx-int8': async ({ file, quantizedBlob, about }, blobs) => {
    await writeFile(file, [await blobs.get(quantizedBlob as string), encodeMetadata(about)]);
  },

  safetensors: async (job, blobs) => {
    const { weights } = await readFloatClassifier(job, blobs);
    await writeFile(job.file, safetensorsParts(weights, job.about));
  },

  keras: async (job, blobs) => {
    const { layers, weights } = await readFloatClassifier(job, blobs);
    await writeKerasModel(job.file, kerasModel(layers, job.size), weights, job.about);
  },
};

/** Writes a model version to a file in the given format. */
export async function exportModel(job: ExportJob, blobs: BlobStore): Promise<ExportedFile> {
  await WRITERS[job.format](job, blobs);
  const hash = createHash('sha256');
  await pipeline(createReadStream(job.file), hash);
  return { sha256: hash.digest('hex'), bytes: (await stat(job.file)).size };
}

/** All layers of the network, and their weights as floats under Keras's names. */
async function readFloatClassifier(
  job: ExportJob,
  blobs: BlobStore,
): Promise<{ layers: readonly Layer[]; weights: Weights }> {
  const { backbone, headWeights } = await readClassifier(blobs, job);
  const ofHead = [...headWeights].filter(([name]) => !backbone.has(name));
  // The weights of a run do not tell its dropout rate; the metadata of the version do.
  const head = headOf({ weights: headWeights, metadata: job.about });
  return {
    layers: usedLayers([...matchBackbone(backbone).layers, ...head]),
    weights: new Map([...floatBackbone(backbone), ...ofHead]),
  };
}
