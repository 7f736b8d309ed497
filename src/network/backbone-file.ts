import { open } from 'node:fs/promises';
import { HubError } from '../errors.js';
import { otherFile } from './file-kind.js';
import { isHdf5 } from './hdf5.js';
import { isZip } from './keras/archive.js';
import { type KerasBackbone, readKerasBackbone } from './keras/read-backbone.js';
import { readSafetensors } from './safetensors.js';
import { isTorchEfficientNet, readTorchEfficientNet } from './torch-weights.js';

/** Most bytes of a file; the published weights have 88 MB, and a model three times as many with the state of its optimizer. */
const FILE_LIMIT = 512 * 1024 * 1024;

/**
 * Reads the file of a backbone: of Keras, or safetensors with PyTorch's weights of EfficientNet-Lite0.
 * @throws WEIGHTS_REFUSED as `readKerasBackbone` and `readTorchEfficientNet`, and for files of other programs.
 */
export async function readBackboneFile(path: string): Promise<KerasBackbone> {
  const file = await readWhole(path);
  const torch = readTorch(file);
  if (torch) return torch;
  if (isHdf5(file) || isZip(file)) return readKerasBackbone(file);
  const other = otherFile(file);
  throw refuse(other ? `it is ${other.kind}; ${other.remedy}` : 'it is neither HDF5 nor a .keras archive');
}

async function readWhole(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const stats = await file.stat();
    if (stats.isDirectory()) throw refuse('it is a folder; give one file, saved with model.save("model.keras")');
    if (!stats.isFile()) throw refuse('it is not a file');
    if (stats.size > FILE_LIMIT) throw refuse(`it has ${stats.size} bytes; the limit is ${FILE_LIMIT}`);
    return await file.readFile();
  } finally {
    await file.close();
  }
}

/** PyTorch's EfficientNet-Lite0; undefined for any other file. */
function readTorch(file: Buffer): KerasBackbone | undefined {
  if (file.subarray(8, 9).toString() !== '{') return undefined; // the header of a safetensors file
  const { weights: all } = readSafetensors(file);
  if (!isTorchEfficientNet(all)) return undefined;
  const { weights, top } = readTorchEfficientNet(all);
  return { weights, notes: top.length > 0 ? [`Read without its top: ${top.join(', ').slice(0, 200)}.`] : [] };
}

function refuse(why: string): HubError {
  return new HubError('WEIGHTS_REFUSED', `This is not a Keras file of InceptionV3: ${why}.`);
}
