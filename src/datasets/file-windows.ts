import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { RandomAccessReader } from 'yauzl';

/** Bytes of a read at a new place, and most bytes of one that continues another: each is twice as large as the one before. */
const FIRST_BYTES = 4 * 1024;
const MOST_BYTES = 1024 ** 2;

/** Bytes of each read of a stream. */
const PIECE_BYTES = 64 * 1024;

/** Windows that are kept: an archive is read in its directory and in its entries at the same time. */
const WINDOWS = 4;

interface Window {
  readonly start: number;
  readonly end: number;
  readonly bytes: Promise<Buffer>;
}

/** A file that is read in large pieces where its reader goes forward, and in small ones where it jumps. */
export class FileWindows extends RandomAccessReader {
  /** The last used one last. */
  readonly #windows: Window[] = [];

  constructor(
    private readonly handle: FileHandle,
    private readonly size: number,
  ) {
    super();
  }

  /** Bytes of the file, fewer at its end. They belong to a larger buffer: copy what is kept. */
  async readAt(position: number, length: number): Promise<Buffer> {
    const { start, bytes } = this.#windowOf(position, Math.min(position + length, this.size));
    return (await bytes).subarray(position - start, position - start + length);
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null, bytesRead?: number) => void,
  ): void {
    this.readAt(position, length).then((bytes) => callback(null, bytes.copy(buffer, offset)), callback);
  }

  override _readStreamForRange(start: number, end: number): Readable {
    // Not the handle's own stream, which closes the handle when its reader leaves.
    return Readable.from(this.#pieces(start, end), { objectMode: false });
  }

  async *#pieces(start: number, end: number): AsyncGenerator<Buffer> {
    for (let at = start; at < end; ) {
      const length = Math.min(end - at, PIECE_BYTES);
      const { bytesRead, buffer } = await this.handle.read(Buffer.allocUnsafe(length), 0, length, at);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
      at += bytesRead;
    }
  }

  #windowOf(start: number, end: number): Window {
    const known = this.#windows.findIndex((window) => window.start <= start && end <= window.end);
    const window = known < 0 ? this.#open(start, end) : this.#windows.splice(known, 1)[0]!;
    this.#windows.push(window);
    if (this.#windows.length > WINDOWS) this.#windows.shift();
    return window;
  }

  #open(start: number, end: number): Window {
    const before = this.#windows.findLast(
      (window) => window.start < start && start - window.end <= window.end - window.start,
    );
    const ahead = before ? Math.min(2 * (before.end - before.start), MOST_BYTES) : FIRST_BYTES;
    const bytes = Math.max(end - start, Math.min(ahead, this.size - start), 0);
    const read = this.handle.read(Buffer.allocUnsafe(bytes), 0, bytes, start);
    const whole = read.then(({ buffer, bytesRead }) => buffer.subarray(0, bytesRead));
    whole.catch(() => undefined); // reported to the reader that awaits it
    return { start, end: start + bytes, bytes: whole };
  }
}
