import type { FileHandle } from 'node:fs/promises';
import type { Entry, ZipFile } from 'yauzl';
import { HubError } from '../errors.js';

// APPNOTE 4.3.12 to 4.3.16.
const ENTRY_HEADER_BYTES = 46;
const END_BYTES = 22;
const LOCATOR_BYTES = 20;
const LOCATOR_SIGNATURE = 0x07064b50;
const END64_BYTES = 56;

/** Tools without zip64, such as those of macOS, store the number of entries modulo this. */
const COUNT_MODULUS = 0x1_0000;

/**
 * All entries of a zip archive: as many as its central directory has bytes for, which are more than yauzl's count for an
 * archive of more than 65,535 files without zip64.
 * @param onShare receives the share of the directory that was read, 0 to 1.
 * @throws DATASET_REFUSED when count and size of the directory disagree.
 */
export async function* allEntries(
  zip: ZipFile,
  handle: FileHandle,
  onShare: (share: number) => void,
): AsyncGenerator<Entry> {
  const directoryBytes = await readDirectoryBytes(zip, handle);
  const stated = zip.entryCount;
  let bytes = 0;
  let entries = 0;
  if (stated === 0 && directoryBytes > 0) zip.entryCount = 1;
  for await (const entry of zip.eachEntry()) {
    yield entry;
    entries += 1;
    bytes += ENTRY_HEADER_BYTES + entry.fileNameLength + entry.extraFieldLength + entry.fileCommentLength;
    onShare(bytes / directoryBytes);
    if (entries === zip.entryCount && bytes < directoryBytes) zip.entryCount += 1;
  }
  if (bytes === directoryBytes && entries % COUNT_MODULUS === stated % COUNT_MODULUS) return;
  throw new HubError(
    'DATASET_REFUSED',
    `The zip archive is damaged or incomplete: it states ${stated} entries in ${directoryBytes} bytes, and has ` +
      `${entries} in ${bytes}. Pack it again.`,
  );
}

/** The size of the central directory. @throws DATASET_REFUSED when it is not where the archive says. */
async function readDirectoryBytes(zip: ZipFile, handle: FileHandle): Promise<number> {
  const endAt = zip.fileSize - END_BYTES - zip.comment.length;
  const end = await readAt(handle, endAt, END_BYTES);
  const locator = endAt < LOCATOR_BYTES ? null : await readAt(handle, endAt - LOCATOR_BYTES, LOCATOR_BYTES);
  if (locator?.readUInt32LE(0) === LOCATOR_SIGNATURE) {
    const end64 = await readAt(handle, Number(locator.readBigUInt64LE(8)), END64_BYTES);
    return Number(end64.readBigUInt64LE(40));
  }
  const directoryBytes = end.readUInt32LE(12);
  if (end.readUInt32LE(16) + directoryBytes === endAt) return directoryBytes;
  throw new HubError(
    'DATASET_REFUSED',
    'The zip archive is damaged or incomplete: its directory is not where its end record says. Archives of 4 GiB or more ' +
      'that macOS packs are like this. Pack the folder as tar.gz, or upload the folder itself.',
  );
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  return (await handle.read(Buffer.alloc(length), 0, length, position)).buffer;
}
