import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { type FileHandle, mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { HubError, toHubError } from '../errors.js';

/** Bytes of one read. */
const CHUNK = 64 * 1024;

/**
 * A temporary file that is read while it is written, from its start by every reader. After an error its readers fail at
 * once, and what is still written to it is discarded, so that a source that cannot be stopped is read to its end.
 */
export class Spool {
  /** Never fails. */
  readonly input: Writable;
  readonly #path: string;
  readonly #file: Promise<FileHandle>;
  readonly #changes = new EventEmitter().setMaxListeners(0);
  #written = 0;
  #ended = false;
  #error: unknown;
  #readers = 0;
  #released = false;
  #closed: Promise<void> | undefined;

  /** @param folder created if necessary. */
  constructor(folder: string) {
    this.#path = join(folder, `upload-${randomUUID()}`);
    this.#file = mkdir(folder, { recursive: true }).then(() => open(this.#path, 'wx+', 0o600));
    this.#file.catch((error: unknown) => this.fail(error));
    this.input = new Writable({
      write: (chunk: Buffer, _encoding, done) => void this.#append(chunk).then(() => done()),
      final: (done) => {
        this.#ended = true;
        this.#changes.emit('change');
        done();
      },
    });
  }

  /** Fails all readers with the first error. An error of the operating system becomes a HubError where there is one for it. */
  fail(error: unknown): void {
    if (this.#error !== undefined || this.#ended) return;
    this.#error = toHubError(error);
    this.#changes.emit('change');
    this.release(); // a full disk gets its space back at once
  }

  /** A new reader. @throws the error of the file. */
  read(): Readable {
    if (this.#error !== undefined) throw this.#error;
    if (this.#released) throw new HubError('BAD_INPUT', 'The request of this upload has ended.');
    this.#readers += 1;
    const reader = Readable.from(this.#chunks(), { objectMode: false });
    reader.once('close', () => {
      this.#readers -= 1;
      if (this.#released) this.release();
    });
    return reader;
  }

  /** Deletes the file once its readers have ended; new ones are refused. */
  release(): void {
    this.#released = true;
    if (this.#readers === 0) this.#closed ??= this.#close();
  }

  async #append(chunk: Buffer): Promise<void> {
    if (this.#error !== undefined || this.#closed) return;
    try {
      const file = await this.#file;
      for (let done = 0; done < chunk.length; ) {
        const { bytesWritten } = await file.write(chunk, done, chunk.length - done, this.#written);
        done += bytesWritten;
        this.#written += bytesWritten;
      }
      this.#changes.emit('change');
    } catch (error) {
      this.fail(error);
    }
  }

  async *#chunks(): AsyncGenerator<Buffer> {
    for (let position = 0; ; ) {
      if (this.#error !== undefined) throw this.#error;
      if (position < this.#written) {
        const file = await this.#file;
        const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(CHUNK), 0, CHUNK, position);
        position += bytesRead;
        yield buffer.subarray(0, bytesRead);
      } else if (this.#ended) return;
      else await once(this.#changes, 'change');
    }
  }

  async #close(): Promise<void> {
    await this.#file.then((file) => file.close()).catch(() => undefined); // it was never opened
    await rm(this.#path, { force: true }).catch(() => undefined); // the next start deletes it
  }
}
