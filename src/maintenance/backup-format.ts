import { z } from 'zod';

/*
 * A backup is a tar archive: `backup.json`, the rows of each table as JSON lines, the blobs, and `end.json`.
 * `backup.json` lists the other entries with their hashes. `end.json` has the hash of `backup.json`; it is missing from
 * a backup that was cut off.
 */
export const HEADER = 'backup.json';
export const END = 'end.json';
export const rowsEntry = (table: string): string => `rows/${table}.jsonl`;
export const blobEntry = (sha256: string): string => `blobs/${sha256}`;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
/** Name of a table, which is also used as a file name and in SQL. */
const identifier = z.string().regex(/^[a-z_][a-z0-9_]{0,62}$/);
const count = z.int().nonnegative();

export const headerSchema = z.strictObject({
  format: z.literal(1),
  /** Version of the hub that made it. */
  hub: z.string(),
  createdAt: z.iso.datetime(),
  migrations: z.array(z.strictObject({ migration_name: z.string(), checksum: sha256 })).min(1),
  tables: z.array(z.strictObject({ name: identifier, rows: count, sha256 })),
  sequences: z.array(z.strictObject({ name: identifier, last: z.int() })),
  /** SHA-256 of the blobs in their order, including those that `end.json` lists as lacking. */
  blobs: z.array(sha256),
});
export type BackupHeader = z.output<typeof headerSchema>;

export const endSchema = z.strictObject({
  /** SHA-256 of `backup.json`. */
  header: sha256,
  /** Blobs that the hub had already lost, and what refers to them. */
  lacks: z.array(z.strictObject({ sha256, by: z.string(), fault: z.enum(['missing', 'damaged', 'unreadable']) })),
});
export type BackupEnd = z.output<typeof endSchema>;
