import { crc32 } from 'node:zlib';
import type { Entry } from 'yauzl';
import { decodeName } from './names.js';

/** Info-ZIP's Unicode path (APPNOTE 4.6.9): version, checksum of the name in the header, name in UTF-8. */
const UNICODE_PATH = 0x7075;
const UNICODE_PATH_HEADER_BYTES = 5;

/** Hosts whose paths have backslashes, as the upper byte of "version made by" (APPNOTE 4.4.2): DOS, NTFS, VFAT. */
const BACKSLASH_HOSTS: ReadonlySet<number> = new Set([0, 10, 14]);

const REMEDY =
  'Pack the folder as tar.gz, as a zip with names in UTF-8 (in 7-Zip the parameter cu=on), or upload the folder itself.';

/**
 * The path of an entry, with forward slashes. Names in UTF-8 are taken whether they are flagged or not, since macOS sets no
 * flag. Names in an encoding of the machine, which a zip archive does not state, are refused: every guess would make wrong
 * names of classes. @throws DATASET_REFUSED.
 */
export function entryPath(entry: Entry): string {
  const path = decodeName(unicodePath(entry) ?? entry.fileNameRaw, 'The zip archive', REMEDY);
  return BACKSLASH_HOSTS.has(entry.versionMadeBy >>> 8) ? path.replaceAll('\\', '/') : path;
}

/** The Unicode path of an entry, if it belongs to the name in the header. */
function unicodePath({ extraFields, fileNameRaw }: Entry): Buffer | undefined {
  const checksum = crc32(fileNameRaw);
  return extraFields
    .filter(({ id, data }) => id === UNICODE_PATH && data.length > UNICODE_PATH_HEADER_BYTES)
    .find(({ data }) => data[0] === 1 && data.readUInt32LE(1) === checksum)
    ?.data.subarray(UNICODE_PATH_HEADER_BYTES);
}
