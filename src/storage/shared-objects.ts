import { isAbsolute, resolve } from 'node:path';
import type { HubError } from '../errors.js';

/** Prefix of the keys of deleted blobs. */
export const DELETED = 'deleted/';
/** Prefix of the keys of incomplete files, which only a folder has. */
export const INCOMING = 'incoming/';

/** An object of a bucket, or a file of a shared folder. */
export interface SharedObject {
  /** Its key without the prefix, or its path in the folder with slashes. */
  readonly key: string;
  readonly bytes: number;
  readonly changed: Date;
}

/**
 * What the processes of a hub share: a bucket, or a folder that all of them mount. Every method throws BLOBS_UNAVAILABLE when
 * it cannot be used.
 */
export interface SharedObjects {
  /** `s3://bucket/prefix`, or the path of the folder. */
  readonly url: string;
  /** Stores a file under a key. @param sha256 hash of its content in hex. */
  put(key: string, file: string, sha256: string): Promise<void>;
  putText(key: string, text: string): Promise<void>;
  /** Streams an object; null when there is none. The stream fails when the connection does. */
  get(key: string): Promise<AsyncIterable<Uint8Array> | null>;
  /** The text of a small object; null when there is none. */
  getText(key: string): Promise<string | null>;
  has(key: string): Promise<boolean>;
  /** Moves an object under `DELETED`. One that is not there is no error. */
  setAside(key: string): Promise<void>;
  /** Brings back an object that was set aside. @returns false when there is none. */
  restore(key: string): Promise<boolean>;
  /** Deletes an object for good. One that is not there is no error. */
  delete(key: string): Promise<void>;
  /** Objects whose keys begin with a text. */
  list(start?: string): AsyncIterable<SharedObject>;
  /** The error for a request that failed. */
  unavailable(doing: string, error: Error): HubError;
}

/** The form `s3://bucket/prefix`. */
export const BUCKET_URL = /^s3:\/\/(?<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(?<prefix>[\w./-]*))?$/;

/** Whether a place of blobs is a bucket rather than a folder. */
export const isBucket = (place: string): boolean => place.startsWith('s3:');

/** Whether a text names a place that processes can share: a bucket, or a folder by its absolute path. */
export const isSharedPlace = (text: string): boolean => BUCKET_URL.test(text) || isAbsolute(text);

/** A place without a slash at its end. */
export const normalizedPlace = (place: string): string =>
  isBucket(place) ? place.replace(/\/+$/, '') : resolve(place);
