import { crc32 } from 'node:zlib';
import type { Entry } from 'yauzl';
import { decodeName } from './names.js';

/** Info-ZIP's Unicode path (APPNOTE 4.6.9): version, checksum of the name in the header, name in UTF-8. */
const UNICODE_PATH = 0x7075;
const UNICODE_PATH_HEADER_BYTES = 5;

/** The bit of the general purpose flags that marks UTF-8 (APPNOTE 4.4.4). */
const UTF8_FLAG = 0x800;

/** Hosts whose paths have backslashes, as the upper byte of "version made by" (APPNOTE 4.4.2): DOS, NTFS, VFAT. */
const BACKSLASH_HOSTS: ReadonlySet<number> = new Set([0, 10, 14]);

const REMEDY =
  'Name the encoding (nameEncoding, --name-encoding), pack the folder as tar.gz, as a zip with names in UTF-8 (in 7-Zip the parameter cu=on), or upload the folder itself.';

/**
 * The path of an entry, with forward slashes. Names in UTF-8 are taken whether they are flagged or not, since macOS sets no
 * flag. Names in an encoding of the machine, which a zip archive does not state, are refused: every guess would make wrong
 * names of classes.
 * @param encoding of the names that are not marked as UTF-8, where somebody has named it. @throws DATASET_REFUSED.
 */
export function entryPath(entry: Entry, encoding?: string): string {
  const unicode = unicodePath(entry);
  const isUnicode = unicode !== undefined || (entry.generalPurposeBitFlag & UTF8_FLAG) !== 0;
  const path = decodeName(unicode ?? entry.fileNameRaw, 'The zip archive', REMEDY, isUnicode ? undefined : encoding);
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
