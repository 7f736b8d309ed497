import { once } from 'node:events';
import { pipeline, Readable } from 'node:stream';
import { pipeline as pipelined } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract, type Header } from 'tar-stream';
import { DATASET_BOUNDS, type DatasetBounds, UnpackMeter } from './bounds.js';
import { archiveError, type Source, type SourceEntry, symbolicLink } from './source.js';
import { unpackZstandard, ZSTANDARD_MAGIC } from './zstandard.js';

/** A tar archive, plain or compressed by gzip or Zstandard, read as a stream. */
export class TarSource implements Source {
  readonly #open: () => Readable;
  readonly #bounds: DatasetBounds;
  readonly #bytes: number | null;
  #read = 0;

  /**
   * @param open opens the archive at its beginning, once per call of `entries`.
   * @param bytes size of the archive; null when unknown.
   */
  constructor(open: () => Readable, bounds: DatasetBounds = DATASET_BOUNDS, bytes: number | null = null) {
    this.#open = open;
    this.#bounds = bounds;
    this.#bytes = bytes;
  }

  get share(): number | null {
    return this.#bytes === null ? null : this.#read / this.#bytes;
  }

  async *entries(signal: AbortSignal): AsyncGenerator<SourceEntry> {
    const archive = this.#open();
    const entries = extract();
    const flow = pipelined(unpack(this.#counted(archive), new UnpackMeter(this.#bounds)), entries, { signal });
    // The loop below throws its error too, through `entries`.
    flow.catch(() => {});
    try {
      for await (const entry of entries) {
        // tar-stream's types do not state the type of a chunk.
        const chunks = entry[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
        yield describe(entry.header, chunks, signal);
        // The next header comes only after this entry's last byte.
        while (!(await chunks.next()).done);
      }
      await flow;
    } catch (error) {
      throw archiveError(error, 'tar', signal);
    } finally {
      archive.destroy();
      // Windows deletes no open file.
      if (!archive.closed) await once(archive, 'close');
    }
  }

  async *#counted(archive: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    this.#read = 0;
    for await (const chunk of archive) {
      this.#read += chunk.length;
      yield chunk;
    }
  }
}

/** Compressions, by the first bytes of an archive. */
const COMPRESSIONS: readonly {
  readonly magic: Buffer;
  readonly unpack: (packed: Readable) => AsyncIterable<Uint8Array>;
}[] = [
  // The callback is empty, since an error also ends the stream that is read here.
  { magic: Buffer.from([0x1f, 0x8b]), unpack: (packed) => pipeline(packed, createGunzip(), () => {}) },
  { magic: ZSTANDARD_MAGIC, unpack: unpackZstandard },
];
const MAGIC_BYTES = 4;
/** A tar archive consists of blocks, and ends with at least one block of zeros. */
const BLOCK_BYTES = 512;

/** The compression of an archive with these first bytes; undefined for none. */
function compressionOf(head: Buffer): (typeof COMPRESSIONS)[number] | undefined {
  return COMPRESSIONS.find(({ magic }) => head.subarray(0, magic.length).equals(magic));
}

/** Whether these are the first bytes of a compressed archive. */
export function isCompressed(head: Buffer): boolean {
  return compressionOf(head) !== undefined;
}

async function* unpack(archive: AsyncIterable<Buffer>, meter: UnpackMeter): AsyncGenerator<Uint8Array> {
  const packed = counted(archive, meter);
  let head = Buffer.alloc(0);
  while (head.length < MAGIC_BYTES) {
    const { value, done } = await packed.next();
    if (done) break;
    head = Buffer.concat([head, value]);
  }
  const whole = Readable.from(prepend(head, packed));
  const compression = compressionOf(head);
  let last: Uint8Array = Buffer.alloc(0);
  for await (const chunk of compression ? compression.unpack(whole) : whole) {
    meter.addUnpacked(chunk.length);
    last = lastBlock(last, chunk);
    yield chunk;
  }
  if (last.some((byte) => byte !== 0)) throw new Error('it ends without the block of zeros that ends a tar archive');
}

function lastBlock(before: Uint8Array, chunk: Uint8Array): Uint8Array {
  const known = chunk.length < BLOCK_BYTES ? Buffer.concat([before, chunk]) : chunk;
  return Buffer.from(known.subarray(-BLOCK_BYTES));
}

async function* counted(archive: AsyncIterable<Buffer>, meter: UnpackMeter): AsyncGenerator<Buffer> {
  for await (const chunk of archive) {
    meter.addPacked(chunk.length);
    yield chunk;
  }
}

async function* prepend(first: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  yield* rest;
}

function describe(header: Header, chunks: AsyncIterator<Uint8Array>, signal: AbortSignal): SourceEntry {
  const { name: path, type, size } = header;
  if (type === 'directory') return { kind: 'folder', path };
  if (type === 'file' || type === 'contiguous-file') {
    return { kind: 'file', path, bytes: size, content: () => readEntry(chunks, signal) };
  }
  if (type === 'symlink') return symbolicLink(path);
  const reason = type === 'link' ? 'a hard link' : 'not a regular file';
  return { kind: 'refused', path, reason };
}

async function* readEntry(chunks: AsyncIterator<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    // Not `yield*`: when a reader stops early, tar-stream would end the whole archive.
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value;
  } catch (error) {
    throw archiveError(error, 'tar', signal);
  }
}
