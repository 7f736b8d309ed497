import type { Manifest } from '../datasets/manifest.js';
import { readManifest, ShardReader } from '../datasets/read-manifest.js';
import { HubError } from '../errors.js';
import { matchBackbone } from '../network/backbone-weights.js';
import { otherFile } from '../network/file-kind.js';
import { isHdf5 } from '../network/hdf5.js';
import { classesOf, headMetadata } from '../network/head.js';
import { isZip } from '../network/keras/archive.js';
import { readKerasModel } from '../network/keras/read.js';
import { networkName } from '../network/networks.js';
import { safetensorsParts } from '../network/safetensors.js';
import { requireUsable } from '../network/usable-weights.js';
import { type ImportedClassifier, isOfBackbone, pick, readExportedModel } from './exported-model.js';
import type { Imported, ImportJob } from './job.js';
import { measureOnTests, outputsByClass, type ServingContext } from './test-split.js';

/**
 * Reads a model file, stores its weights in the hub's form, and measures the model on the test split.
 * @throws WEIGHTS_REFUSED when the file cannot be used; BAD_INPUT when its labels do not fit the dataset; DATASET_REFUSED
 * when there are no test images.
 */
export async function importModel(job: ImportJob, context: ServingContext): Promise<Imported> {
  const { blobs } = context;
  const { weights, size, head, notes, labels: own } = await readModelFile(await blobs.get(job.fileBlob));
  requireUsable(weights);
  const manifest = await readManifest(blobs, job.manifestBlob);
  const labels = job.labels ?? own ?? manifest.classes;
  const outputs = outputsOf(labels, classesOf(head), manifest);
  // The order of weight files, so that a backbone the hub already has gives the same blob.
  const isKernel = (name: string): boolean => name.endsWith('/kernel');
  const ofBackbone = isOfBackbone(head);
  const backbone = new Map([
    ...pick(weights, (name) => isKernel(name) && ofBackbone(name)),
    ...pick(weights, (name) => !isKernel(name) && ofBackbone(name)),
  ]);
  const architecture = networkName(matchBackbone(backbone));
  const { sha256: backboneBlob } = await blobs.put(safetensorsParts(backbone));
  const { sha256: weightsBlob } = await blobs.put(
    safetensorsParts(
      pick(weights, (name) => !ofBackbone(name)),
      headMetadata(head),
    ),
  );
  const shards = new ShardReader(blobs, manifest);
  try {
    const network = { backboneBlob, weightsBlob, quantizedBlob: null, size };
    const test = await measureOnTests(network, manifest, outputs, shards, context);
    return { backboneBlob, architecture, weightsBlob, labels: [...labels], size, head, notes: [...notes], test };
  } finally {
    await shards.close();
  }
}

async function readModelFile(file: Buffer): Promise<ImportedClassifier> {
  if (isHdf5(file) || isZip(file)) return readKerasModel(file);
  const looksLikeJson = file.subarray(8, 9).toString() === '{';
  if (looksLikeJson) return readExportedModel(file);
  const other = otherFile(file);
  const what = other ? `The file is ${other.kind}, ` : 'The file is ';
  const needed = 'neither a Keras model (.h5, .keras) nor a model that a hub exported (.safetensors)';
  const message = `${what}${needed}${other ? `: ${other.remedy}` : ''}.`;
  throw new HubError('WEIGHTS_REFUSED', message);
}

/** Index of the network's output, by class of the dataset version. */
function outputsOf(labels: readonly string[], outputs: number, manifest: Manifest): readonly number[] {
  const { classes, images } = manifest;
  if (labels.length !== outputs) {
    const message = `The model has ${outputs} outputs, and there are ${labels.length} labels: give one for each, in order.`;
    throw new HubError('BAD_INPUT', message, { outputs, labels: labels.length });
  }
  const missing = classes.find((name) => !labels.includes(name));
  if (missing !== undefined || new Set(labels).size !== labels.length) {
    const why =
      missing === undefined ? 'one comes twice' : `none is ${JSON.stringify(missing)}, a class of the dataset`;
    throw new HubError('BAD_INPUT', `The labels do not fit: ${why}.`, { labels, classes });
  }
  if (!images.some(({ split }) => split === 'test')) {
    throw new HubError('DATASET_REFUSED', 'The dataset version has no test images to measure the model on.');
  }
  return outputsByClass(labels, manifest);
}
