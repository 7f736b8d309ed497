import type { ConnectionOptions } from '../connection.js';

export interface DoctorOptions extends ConnectionOptions {
  /** PostgreSQL that the hub uses instead of the embedded database. */
  readonly databaseUrl?: string;
  /** Whether all blobs are read and their hashes compared. */
  readonly deep?: true;
  /** Whether an address was given: then there must be a hub, and it may be on another machine. */
  readonly isElsewhere: boolean;
  /** Told while blobs are read. */
  readonly onProgress: (text: string) => void;
}
