import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Pack, pack } from 'tar-stream';
import { HubError } from '../errors.js';
import { PACKAGE } from '../package.js';
import { type BlobStore, pieces } from '../storage/blobs.js';
import type { PrismaClient } from '../storage/database.js';
import { atOneMoment, type Rows, rowFile, writeRows } from '../storage/rows.js';
import { type BackupEnd, type BackupHeader, blobEntry, END, HEADER, rowsEntry } from './backup-format.js';
import { faultOf } from './blob-faults.js';
import { namedBlobs } from './named-blobs.js';

/**
 * Tables that are left out. Cached features are computed again when needed; their blobs are left out too. The blobs of a
 * backup are restored into the data folder, wherever they were.
 */
const LEFT_OUT = ['feature_chunks', 'blob_location'] as const;

export interface BackupParts {
  readonly prisma: PrismaClient;
  readonly blobs: BlobStore;
  /** Folder for the rows until they are sent. */
  readonly temporary: string;
}

/** Makes backups of a running hub: a snapshot of all rows, and every blob that they name. */
export class BackupService {
  #busy = false;

  constructor(private readonly parts: BackupParts) {}

  /**
   * Takes a snapshot of the rows and returns the backup as a tar archive, to be read at any speed. No blob is deleted
   * until it is read or destroyed. @throws CONFLICT while another backup is being made.
   */
  async open(): Promise<Readable> {
    const { prisma, blobs, temporary } = this.parts;
    if (this.#busy) throw new HubError('CONFLICT', 'Another backup is being made: wait until it has ended.');
    this.#busy = true;
    const release = blobs.keep();
    let folder: string | undefined;
    const cleanUp = async (): Promise<void> => {
      if (folder) await rm(folder, { recursive: true, force: true });
      release();
      this.#busy = false;
    };
    try {
      const rowFolder = await mkdtemp(join(temporary, 'backup-'));
      folder = rowFolder;
      const { rows, named } = await atOneMoment(prisma, async (tx) => {
        const rows = await writeRows(tx, rowFolder, LEFT_OUT);
        const named = new Map<string, string>();
        for await (const { sha256, by, cached } of namedBlobs(tx, blobs)) if (!cached) named.set(sha256, by);
        return { rows, named };
      });
      const header = Buffer.from(JSON.stringify(await describe(rows, named, rowFolder)));
      const tar = pack();
      const gone = new AbortController();
      tar.once('close', () => gone.abort()); // its reader has left, or has all of it
      void this.#fill(tar, header, rows, named, rowFolder, gone.signal)
        .finally(cleanUp) // before the reader sees the end and may start the next backup
        .then(
          () => tar.finalize(),
          (error: Error) => tar.destroy(error),
        );
      return Readable.from(tar); // a stream of Node.js, which every reader accepts
    } catch (error) {
      await cleanUp();
      throw error;
    }
  }

  async #fill(
    tar: Pack,
    header: Buffer,
    { tables }: Rows,
    named: ReadonlyMap<string, string>,
    folder: string,
    signal: AbortSignal,
  ): Promise<void> {
    const { blobs } = this.parts;
    tar.entry({ name: HEADER }, header);
    for (const { name } of tables) {
      const file = rowFile(folder, name);
      const { size } = await stat(file);
      signal.throwIfAborted();
      await pipeline(createReadStream(file), tar.entry({ name: rowsEntry(name), size }), { signal });
    }
    const lacks: BackupEnd['lacks'] = [];
    for (const [sha256, by] of named) {
      signal.throwIfAborted();
      const fault = await faultOf(blobs, sha256, true);
      if (fault) {
        lacks.push({ sha256, by, fault });
        continue;
      }
      const blob = await blobs.open(sha256);
      try {
        await pipeline(Readable.from(pieces(blob)), tar.entry({ name: blobEntry(sha256), size: blob.bytes }), {
          signal,
        });
      } finally {
        await blob.close();
      }
    }
    const end: BackupEnd = { header: createHash('sha256').update(header).digest('hex'), lacks };
    tar.entry({ name: END }, JSON.stringify(end));
  }
}

async function describe(rows: Rows, named: ReadonlyMap<string, string>, folder: string): Promise<BackupHeader> {
  const tables: BackupHeader['tables'] = [];
  for (const table of rows.tables) {
    const hash = createHash('sha256');
    await pipeline(createReadStream(rowFile(folder, table.name)), hash);
    tables.push({ ...table, sha256: hash.digest('hex') });
  }
  return {
    format: 1,
    hub: PACKAGE.version,
    createdAt: new Date().toISOString(),
    migrations: [...rows.migrations],
    tables,
    sequences: [...rows.sequences],
    blobs: [...named.keys()],
  };
}
