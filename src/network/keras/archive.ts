import { type Entry, fromBufferPromise, type ZipFile } from 'yauzl';
import { HubError } from '../../errors.js';
import { otherArchive } from '../file-kind.js';
import { LONGEST, refuseModel } from './description.js';

/** The files read from a `.keras` archive, with the most bytes of each. */
const LIMITS = { 'config.json': LONGEST, 'model.weights.h5': 512 * 1024 ** 2 } as const;
type ArchivePart = keyof typeof LIMITS;
const isPart = (name: string): name is ArchivePart => Object.hasOwn(LIMITS, name);
/** Most files of an archive; Keras writes three. */
const MOST_ENTRIES = 100;

/** Whether a file starts like a zip archive. */
export function isZip(file: Uint8Array): boolean {
  return Buffer.from('PK\x03\x04', 'latin1').equals(file.subarray(0, 4));
}

/** Reads description and weights of a `.keras` file. @throws WEIGHTS_REFUSED when it is damaged or too large. */
export async function readKerasArchive(file: Buffer): Promise<Readonly<Record<ArchivePart, Buffer>>> {
  const parts: Partial<Record<ArchivePart, Buffer>> = {};
  const names: string[] = [];
  try {
    const zip = await fromBufferPromise(file, { validateEntrySizes: true });
    if (zip.entryCount > MOST_ENTRIES)
      throw refuseModel(`it holds ${zip.entryCount} files; the limit is ${MOST_ENTRIES}`);
    for await (const entry of zip.eachEntry()) {
      const { fileName } = entry;
      names.push(fileName);
      if (!isPart(fileName)) continue;
      if (parts[fileName]) throw refuseModel(`it has ${fileName} twice`);
      parts[fileName] = await unpack(zip, entry, LIMITS[fileName]);
    }
  } catch (error) {
    if (error instanceof HubError) throw error;
    throw refuseModel('its zip archive is damaged');
  }
  const { 'config.json': config, 'model.weights.h5': weights } = parts;
  const other = config && weights ? undefined : otherArchive(names);
  if (other) throw refuseModel(`it is ${other.kind}; ${other.remedy}`);
  if (!config || !weights)
    throw refuseModel(`it has no ${config ? 'model.weights.h5' : 'config.json'}, as a .keras file has`);
  return { 'config.json': config, 'model.weights.h5': weights };
}

/** Unpacks an entry; yauzl verifies the declared size while it reads. */
async function unpack(zip: ZipFile, entry: Entry, limit: number): Promise<Buffer> {
  const { fileName, uncompressedSize: says } = entry;
  if (says > limit) throw refuseModel(`${fileName} in it has ${says} bytes; the limit is ${limit}`);
  const chunks: Buffer[] = [];
  for await (const chunk of (await zip.openReadStreamPromise(entry)) as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
