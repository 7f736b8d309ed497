/** The identity of a blob: the SHA-256 of its content, in lower-case hex. */
export interface BlobRef {
  readonly sha256: string;
  readonly bytes: number;
}

/** A blob opened for random access. Its hash was checked when it was opened. */
export interface OpenBlob {
  readonly bytes: number;
  /** Fills `target` from `position`. Synchronous, a read of the page cache. @throws RangeError at the end of the blob. */
  read(target: Uint8Array, position: number): void;
  close(): Promise<void>;
}

/** A file or object in the store. */
export interface StoredFile {
  /** Path of the file, or key of the object. */
  readonly path: string;
  /** The hash that its name says; null for a file that is not named as a blob. */
  readonly sha256: string | null;
  /** Whether it is an incomplete blob. */
  readonly isUnfinished: boolean;
  readonly bytes: number;
  readonly changed: Date;
}

/** Content-addressed storage. Files and objects in a bucket look the same through it. */
export interface BlobStore {
  /** Stores content durably, completely or not at all. */
  put(content: Uint8Array | AsyncIterable<Uint8Array>): Promise<BlobRef>;
  /** The whole content. @throws NOT_FOUND, or BLOB_CORRUPT when it no longer has its hash. */
  get(sha256: string): Promise<Buffer>;
  /** Opens a blob for random access, after one full check of its hash. @throws as `get` does. */
  open(sha256: string): Promise<OpenBlob>;
  has(sha256: string): Promise<boolean>;
  /** Deletes a blob. An absent blob, and one that is kept, is no error. */
  delete(sha256: string): Promise<void>;
  /** As `delete`, for good, for a blob of which no other process can have stored an equal one, or that must go at once. */
  erase(sha256: string): Promise<void>;
  /** All files in the store, blobs or not. */
  list(): AsyncIterable<StoredFile>;
  /** Deletes for good what `list` or `deleted` found, blob or not. */
  discard(file: StoredFile): Promise<void>;
  /**
   * Blobs that were deleted and can still be restored. Only a store that several processes write has them: one may delete a
   * blob that another has just found to be there. `get`, `open` and `has` restore such a blob.
   */
  deleted(): AsyncIterable<StoredFile>;
  /** Whether this process keeps every blob now. */
  readonly isKept: boolean;
  /**
   * Keeps every blob until further notice, for a backup that copies them: deletions have no effect meanwhile. They are not
   * made up for afterwards, since another process may have put the same content again; `hub gc` finds unused blobs.
   * @returns the function that ends it.
   */
  keep(): () => void;
}

/** Bytes of a piece of a blob. */
const PIECE = 1024 ** 2;

/** Reads a blob from its beginning to its end. */
export function* pieces(blob: OpenBlob): Generator<Uint8Array> {
  for (let position = 0; position < blob.bytes; position += PIECE) {
    const piece = new Uint8Array(Math.min(PIECE, blob.bytes - position));
    blob.read(piece, position);
    yield piece;
  }
}
