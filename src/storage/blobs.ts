/** What a blob is known by: the SHA-256 of its content, in lower-case hex. */
export interface BlobRef {
  readonly sha256: string;
  readonly bytes: number;
}

/** A blob opened for reading at any place. Its content was checked against its hash when it was opened. */
export interface OpenBlob {
  readonly bytes: number;
  /** Fills `target` from `position`; throws a RangeError when the blob ends before. Synchronous: a page-cache read. */
  read(target: Uint8Array, position: number): void;
  close(): Promise<void>;
}

/** Content-addressed storage. Five methods, so that files and object stores look the same to the rest of the hub. */
export interface BlobStore {
  /** Stores the content durably (temporary name, sync, rename, sync of the folder) and returns what it is known by. */
  put(content: Uint8Array | AsyncIterable<Uint8Array>): Promise<BlobRef>;
  /** The whole content. Throws NOT_FOUND, or BLOB_CORRUPT when it no longer has its hash. */
  get(sha256: string): Promise<Buffer>;
  /** Opens for random access, after one full check of the hash. Throws as `get` does. */
  open(sha256: string): Promise<OpenBlob>;
  has(sha256: string): Promise<boolean>;
  delete(sha256: string): Promise<void>;
}
