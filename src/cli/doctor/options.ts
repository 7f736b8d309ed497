import type { ConnectionOptions } from '../connection.js';

export interface DoctorOptions extends ConnectionOptions {
  /** PostgreSQL that the hub uses instead of the embedded database. */
  readonly databaseUrl?: string;
  /** Whether to read all blobs and verify their hashes. */
  readonly deep?: true;
  /** Whether an address was given; then a hub must answer there, and it may be on another machine. */
  readonly isElsewhere: boolean;
  /** Called while blobs are read. */
  readonly onProgress: (text: string) => void;
}
