import { once } from 'node:events';
import { pipeline, Readable } from 'node:stream';
import { pipeline as pipelined } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract, type Header } from 'tar-stream';
import { DATASET_LIMITS, type DatasetLimits, UnpackMeter } from './limits.js';
import { archiveError, type Source, type SourceEntry } from './source.js';

/** A tar archive, plain or gzipped (told by its first two bytes), read as a stream and never as a whole. */
export class TarSource implements Source {
  readonly #open: () => Readable;
  readonly #limits: DatasetLimits;

  /** `open` gives the archive from its beginning, each time the entries are asked for. */
  constructor(open: () => Readable, limits: DatasetLimits = DATASET_LIMITS) {
    this.#open = open;
    this.#limits = limits;
  }

  async *entries(signal: AbortSignal): AsyncGenerator<SourceEntry> {
    const archive = this.#open();
    const entries = extract();
    const flow = pipelined(unpack(archive, new UnpackMeter(this.#limits)), entries, { signal });
    // Its error also reaches the loop below, through `entries`.
    flow.catch(() => {});
    try {
      for await (const entry of entries) {
        // The package's types leave open what a chunk is.
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
      // The file can be deleted only then, on Windows.
      if (!archive.closed) await once(archive, 'close');
    }
  }
}

async function* unpack(archive: Readable, meter: UnpackMeter): AsyncGenerator<Uint8Array> {
  const packed = counted(archive, meter);
  let head = Buffer.alloc(0);
  while (head.length < 2) {
    const { value, done } = await packed.next();
    if (done) break;
    head = Buffer.concat([head, value]);
  }
  const whole = Readable.from(prepend(head, packed));
  const isGzip = head[0] === 0x1f && head[1] === 0x8b;
  // The callback has nothing to do: an error also ends the stream that is read here.
  const content: AsyncIterable<Uint8Array> = isGzip ? pipeline(whole, createGunzip(), () => {}) : whole;
  for await (const chunk of content) {
    meter.addUnpacked(chunk.length);
    yield chunk;
  }
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
  const reason = type === 'symlink' ? 'a symbolic link' : type === 'link' ? 'a hard link' : 'not a regular file';
  return { kind: 'refused', path, reason };
}

async function* readEntry(chunks: AsyncIterator<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    // Not `yield*`: when a reader stops early, tar-stream would give up the whole archive.
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value;
  } catch (error) {
    throw archiveError(error, 'tar', signal);
  }
}
