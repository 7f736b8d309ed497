import { crc32, inflateRawSync } from 'node:zlib';
import type { Entry, ZipFile } from 'yauzl';
import type { FileWindows } from './file-windows.js';
import { archiveError, inMemory, READ_AHEAD_BYTES } from './source.js';

/** Bytes of a local header without name and extra fields (APPNOTE 4.3.7). */
const LOCAL_HEADER_BYTES = 30;
const STORED = 0;
/** Least size of a piece that zlib writes. */
const LEAST_CHUNK = 64;

/**
 * The content of an entry, which yauzl can decode. A small one is read at once, without the streams that would take longer
 * than its bytes. @throws DATASET_REFUSED when its size or checksum is not the stated one.
 */
export async function zipContent(
  zip: ZipFile,
  windows: FileWindows,
  entry: Entry,
  signal: AbortSignal,
): Promise<AsyncIterable<Uint8Array>> {
  if (Math.max(entry.uncompressedSize, entry.compressedSize) > READ_AHEAD_BYTES) return streamed(zip, entry, signal);
  try {
    return inMemory([await readSmall(zip, windows, entry)]);
  } catch (error) {
    throw archiveError(error, 'zip', signal);
  }
}

async function readSmall(zip: ZipFile, windows: FileWindows, entry: Entry): Promise<Buffer> {
  const { compressedSize, fileNameLength, extraFieldLength, relativeOffsetOfLocalHeader: at } = entry;
  // Brings header and content into one window; yauzl reads the header alone.
  await windows.readAt(at, LOCAL_HEADER_BYTES + fileNameLength + extraFieldLength + compressedSize);
  const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
  const packed = await windows.readAt(fileDataStart, compressedSize);
  const content = entry.compressionMethod === STORED ? packed : inflate(packed, entry.uncompressedSize);
  if (content.length !== entry.uncompressedSize) throw new Error('an entry is shorter than stated');
  checkChecksum(entry, crc32(content));
  return content;
}

function inflate(packed: Buffer, bytes: number): Buffer {
  try {
    // One byte more, so that zlib sees the end of its input without another piece.
    return inflateRawSync(packed, { maxOutputLength: Math.max(bytes, 1), chunkSize: Math.max(bytes + 1, LEAST_CHUNK) });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_BUFFER_TOO_LARGE') throw error;
    throw new Error('an entry is longer than stated');
  }
}

async function* streamed(zip: ZipFile, entry: Entry, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    let checksum = 0;
    const chunks: AsyncIterable<Buffer> = await zip.openReadStreamPromise(entry);
    for await (const chunk of chunks) {
      signal.throwIfAborted();
      checksum = crc32(chunk, checksum);
      yield chunk;
    }
    checkChecksum(entry, checksum);
  } catch (error) {
    throw archiveError(error, 'zip', signal);
  }
}

function checkChecksum(entry: Entry, checksum: number): void {
  if (checksum !== entry.crc32) throw new Error('an entry has a wrong checksum');
}
