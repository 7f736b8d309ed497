import { open } from 'node:fs/promises';
import { HubError } from '../errors.js';
import { otherFile } from './file-kind.js';
import { isHdf5 } from './hdf5.js';
import { isZip } from './keras/archive.js';
import { type KerasBackbone, readKerasBackbone } from './keras/read-backbone.js';

/** Most bytes of a file; the published weights have 88 MB, and a model three times as many with the state of its optimizer. */
const FILE_LIMIT = 512 * 1024 * 1024;

/** Reads the file of a backbone. @throws WEIGHTS_REFUSED as `readKerasBackbone`, and for files of other programs. */
export async function readBackboneFile(path: string): Promise<KerasBackbone> {
  const file = await readWhole(path);
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

function refuse(why: string): HubError {
  return new HubError('WEIGHTS_REFUSED', `This is not a Keras file of InceptionV3: ${why}.`);
}
