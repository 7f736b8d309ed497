import { HubError } from '../errors.js';
import type { MeasuredImage } from './decode.js';

/** Where labelled images come from. What it gives is raw: paths and content are checked by whoever takes them in. */
export interface Source {
  /**
   * Everything in the source. Ask for the next entry only when done with the one before: an archive is one stream.
   * Throws DATASET_REFUSED when the source cannot be read as what it is, LIMIT_EXCEEDED when it unpacks too much, and
   * the signal's reason when it is aborted.
   */
  entries(signal: AbortSignal): AsyncIterable<SourceEntry>;
  /** Share of it that has been read, from 0 to 1; null where it cannot be told. */
  readonly share: number | null;
}

export type SourceEntry = FileEntry | FolderEntry | RefusedEntry;

export interface FileEntry {
  readonly kind: 'file';
  /** As the source spells it, with forward slashes. */
  readonly path: string;
  /** Size that the source states, in bytes. */
  readonly bytes: number;
  /** Reads the content, once. It may be left unread or half read. */
  content(): AsyncIterable<Uint8Array>;
  /** Of an image that the source has encoded itself: it is not decoded to find out. */
  readonly measured?: MeasuredImage;
}

export interface FolderEntry {
  readonly kind: 'folder';
  readonly path: string;
}

/** Something that the source does not open: a link, a device, an encrypted file. */
export interface RefusedEntry {
  readonly kind: 'refused';
  readonly path: string;
  /** Completes "rejected: ". */
  readonly reason: string;
}

/** The error to throw when reading an archive failed: its own when it was meant, else one that blames the archive. */
export function archiveError(error: unknown, format: string, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if (error instanceof HubError || !(error instanceof Error) || 'syscall' in error) return error;
  return new HubError('DATASET_REFUSED', `The ${format} archive is damaged or incomplete: ${error.message}.`);
}

/** Files up to this size are read ahead. */
const READ_AHEAD_BYTES = 256 * 1024;

/**
 * The content of a file, already read if it is small. A source whose files can be read side by side uses it to do so:
 * one after the other, each read would wait in turn for the threads that also decode images.
 */
export async function readAhead(bytes: number, content: AsyncIterable<Uint8Array>): Promise<AsyncIterable<Uint8Array>> {
  if (bytes > READ_AHEAD_BYTES) return content;
  const chunks: Uint8Array[] = [];
  for await (const chunk of content) chunks.push(chunk);
  return inMemory(chunks);
}

/** Content that is already read. */
export async function* inMemory(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

/** The whole content of a file; null, and no more read, when it has more than so many bytes. */
export async function readWhole(entry: FileEntry, most: number): Promise<Buffer | null> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of entry.content()) {
    bytes += chunk.length;
    if (bytes > most) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes);
}
