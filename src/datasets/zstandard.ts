import { Decompress } from 'fzstd';
import { HubError } from '../errors.js';

export const ZSTANDARD_MAGIC = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

/** Largest window, in bytes of memory: the default limit of `zstd` itself. */
const MOST_WINDOW = 128 * 1024 ** 2;
/** Compressed bytes per step. A step is unpacked at once, and a bomb must be noticed before it grows far. */
const PIECE_BYTES = 1024;

/**
 * Unpacks Zstandard (RFC 8878) with a library, because Node has it only from 22.15 on.
 * @throws DATASET_REFUSED for a window that is too large, and an Error for damaged data.
 */
export async function* unpackZstandard(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const unpacked: Uint8Array[] = [];
  const stream = new Decompress((chunk) => void unpacked.push(chunk));
  const frames = new FrameWatch();
  for await (const chunk of packed) {
    frames.watch(chunk);
    for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
      stream.push(chunk.subarray(at, at + PIECE_BYTES));
      yield* unpacked.splice(0);
    }
  }
  stream.push(new Uint8Array(0), true);
  yield* unpacked.splice(0);
}

/** Parses the headers of frames and blocks, to refuse a frame that needs too much memory before it is allocated. */
class FrameWatch {
  /** Bytes of the present header. */
  #header: number[] = [];
  /** Bytes to skip before the next header. */
  #skip = 0;
  #next: 'frame' | 'block' = 'frame';
  #checksumBytes = 0;

  watch(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; ) {
      const skipped = Math.min(this.#skip, chunk.length - at);
      this.#skip -= skipped;
      at += skipped;
      if (at === chunk.length) return;
      this.#header.push(chunk[at]!);
      at += 1;
      const header = this.#header;
      if (this.#next === 'block' ? this.#block(header) : this.#frame(header)) this.#header = [];
    }
  }

  /** @returns whether the header is complete. */
  #frame(header: readonly number[]): boolean {
    const [first = 0, , , , descriptor = 0, window = 0] = header;
    if (first !== ZSTANDARD_MAGIC[0]) {
      if (header.length < 8) return false; // a skippable frame: magic, then its size
      this.#skip = littleEndian(header.slice(4));
      return true;
    }
    const single = (descriptor & 0x20) !== 0;
    const dictionaryBytes = [0, 1, 2, 4][descriptor & 3]!;
    const sizeBytes = [single ? 1 : 0, 2, 4, 8][descriptor >> 6]!;
    const length = 5 + (single ? 0 : 1) + dictionaryBytes + sizeBytes;
    if (header.length < Math.max(5, length)) return false;
    const base = 2 ** (10 + (window >> 3));
    const size = littleEndian(header.slice(length - sizeBytes)) + (sizeBytes === 2 ? 256 : 0);
    const needed = single ? size : base + (base / 8) * (window & 7);
    if (needed > MOST_WINDOW) {
      const message = `The archive needs a Zstandard window of ${needed} bytes; the limit is ${MOST_WINDOW}. Pack it without --long or --ultra.`;
      throw new HubError('DATASET_REFUSED', message, { limit: MOST_WINDOW, received: needed });
    }
    this.#checksumBytes = (descriptor & 4) !== 0 ? 4 : 0;
    this.#next = 'block';
    return true;
  }

  /** @returns whether the header is complete. */
  #block(header: readonly number[]): boolean {
    if (header.length < 3) return false;
    const value = littleEndian(header);
    const isLast = (value & 1) !== 0;
    const isRepeated = ((value >> 1) & 3) === 1; // one byte, many times
    this.#skip = (isRepeated ? 1 : value >> 3) + (isLast ? this.#checksumBytes : 0);
    if (isLast) this.#next = 'frame';
    return true;
  }
}

function littleEndian(bytes: readonly number[]): number {
  return bytes.reduceRight((value, byte) => value * 256 + byte, 0);
}
