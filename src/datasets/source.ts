import { extname } from 'node:path';
import { HubError } from '../errors.js';
import type { MeasuredImage } from './decode.js';

/** A source of labeled images. Its paths and content are unchecked. */
export interface Source {
  /**
   * All entries. Finish with one before asking for the next: an archive is one stream.
   * @throws DATASET_REFUSED for a damaged source, LIMIT_EXCEEDED when it unpacks to too much, and the signal's reason when
   * aborted.
   */
  entries(signal: AbortSignal): AsyncIterable<SourceEntry>;
  /** Share of the source that was read, 0 to 1; null when unknown. */
  readonly share: number | null;
}

export type SourceEntry = FileEntry | FolderEntry | RefusedEntry;

export interface FileEntry {
  readonly kind: 'file';
  /** The path in the source, with forward slashes. */
  readonly path: string;
  /** Bytes, as the source states them. */
  readonly bytes: number;
  /** The content, to be read at most once and possibly in part. */
  content(): AsyncIterable<Uint8Array>;
  /** Size and facts of an image that the source encoded itself, and which need not be decoded. */
  readonly measured?: MeasuredImage;
}

interface FolderEntry {
  readonly kind: 'folder';
  readonly path: string;
}

/** An entry that the source does not open: a link, a device, an encrypted file. */
interface RefusedEntry {
  readonly kind: 'refused';
  readonly path: string;
  /** Reason for the rejection, as a phrase. */
  readonly reason: string;
  /** Whether it is, or may be, a link to a folder. */
  readonly isFolder?: boolean;
}

/** The error for a failed read of an archive: a HubError or system error as it is, else DATASET_REFUSED. */
export function archiveError(error: unknown, format: string, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if (error instanceof HubError || !(error instanceof Error) || 'syscall' in error) return error;
  return new HubError('DATASET_REFUSED', `The ${format} archive is damaged or incomplete: ${error.message}.`);
}

/** Largest file that is read ahead, in bytes. */
export const READ_AHEAD_BYTES = 256 * 1024;

/**
 * The content of a file, already read if it is small. Sources whose files can be read in parallel use it, since
 * sequential reads would each wait for the threads that also decode images.
 */
export async function readAhead(bytes: number, content: AsyncIterable<Uint8Array>): Promise<AsyncIterable<Uint8Array>> {
  if (bytes > READ_AHEAD_BYTES) return content;
  const chunks: Uint8Array[] = [];
  for await (const chunk of content) chunks.push(chunk);
  return inMemory(chunks);
}

/** Content from memory. */
export async function* inMemory(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

/** The whole content of a file; null as soon as it exceeds `most` bytes. */
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

/** The entry for a symbolic link. @param isFolder when unknown, links without a file extension count as folders. */
export function symbolicLink(path: string, isFolder = extname(path) === ''): SourceEntry {
  return { kind: 'refused', path, reason: 'a symbolic link', isFolder };
}
