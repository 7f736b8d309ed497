import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { extract } from 'tar-stream';
import type { z } from 'zod';
import { HubError } from '../errors.js';
import {
  type BackupEnd,
  type BackupHeader,
  blobEntry,
  END,
  endSchema,
  HEADER,
  headerSchema,
  rowsEntry,
} from './backup-format.js';

type Content = AsyncIterable<Uint8Array>;

/** Receives the entries of a backup. A content throws at its end when its hash is wrong. */
export interface BackupSink {
  begin(header: BackupHeader): Promise<void>;
  table(name: string, content: Content): Promise<void>;
  blob(sha256: string, content: Content): Promise<void>;
}

/** Discards all entries, to only check a backup. */
const NOWHERE: BackupSink = {
  begin: async () => undefined,
  table: (_, content) => drain(content),
  blob: (_, content) => drain(content),
};

/** Contents of a complete backup. */
export interface BackupContents extends BackupEnd {
  readonly backup: BackupHeader;
}

/** @throws BAD_INPUT for a path where no file is. */
export async function requireFile(path: string): Promise<void> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => error);
  if (!(found instanceof Error) && found.isFile()) return;
  const reason = found instanceof Error ? found.code : 'not a file';
  throw new HubError('BAD_INPUT', `${path} cannot be read (${reason}): give the path of a backup.`, { path });
}

/**
 * Reads a backup to its end and compares every hash.
 * @throws BAD_INPUT for a path where no file is; BACKUP_REFUSED when the file is not a backup, was cut off or changed, or was made by a newer hub.
 */
export async function readBackup(file: string, sink: BackupSink = NOWHERE): Promise<BackupContents> {
  await requireFile(file);
  const entries = extract();
  const flow = pipeline(createReadStream(file), entries);
  flow.catch(() => undefined); // its error also reaches the loop, through `entries`
  try {
    const reading = new Reading(sink);
    // The package does not type its chunks.
    for await (const entry of entries) await reading.take(entry as AsyncIterable<unknown> as Entry);
    await flow;
    return reading.end();
  } catch (error) {
    throw error instanceof Error && 'code' in error ? error : refused((error as Error).message); // errors of the tar reader have no code
  } finally {
    entries.destroy();
  }
}

/** An entry of the archive. */
type Entry = Content & { readonly header: { readonly name: string } };

/** An entry that must follow. */
interface Expected {
  readonly name: string;
  readonly take: (content: Content) => Promise<void>;
}

/** Checks the order of the entries while a backup is read. */
class Reading {
  #header: { readonly value: BackupHeader; readonly sha256: string } | undefined;
  #expected: readonly Expected[] = [];
  /** Number of expected entries that were read or left out. */
  #place = 0;
  readonly #leftOut: string[] = [];
  #end: BackupEnd | undefined;

  constructor(private readonly sink: BackupSink) {}

  async take(entry: Entry): Promise<void> {
    const { name } = entry.header;
    if (this.#end) throw refused(`${name} follows its end`);
    if (!this.#header) return this.#begin(name, entry);
    if (name === END) {
      this.#end = parse(endSchema, await buffer(entry), END);
      return;
    }
    for (; this.#place < this.#expected.length; this.#place++) {
      const expected = this.#expected[this.#place] as Expected;
      if (expected.name !== name) {
        this.#leftOut.push(expected.name);
        continue;
      }
      this.#place += 1;
      return expected.take(entry);
    }
    throw refused(`${name} is in the wrong place`);
  }

  async #begin(name: string, entry: Entry): Promise<void> {
    if (name !== HEADER) throw refused(`it starts with ${name} instead of ${HEADER}`);
    const content = await buffer(entry);
    const value = parse(headerSchema, content, HEADER);
    this.#header = { value, sha256: createHash('sha256').update(content).digest('hex') };
    const { sink } = this;
    this.#expected = [
      ...value.tables.map((table) => ({
        name: rowsEntry(table.name),
        take: (content: Content) => sink.table(table.name, checked(content, table.sha256, rowsEntry(table.name))),
      })),
      ...value.blobs.map((sha256) => ({
        name: blobEntry(sha256),
        take: (content: Content) => sink.blob(sha256, checked(content, sha256, blobEntry(sha256))),
      })),
    ];
    await sink.begin(value);
  }

  end(): BackupContents {
    if (!this.#header || !this.#end) throw refused('it was cut off');
    if (this.#end.header !== this.#header.sha256) throw refused(`${HEADER} was changed`);
    const lost = new Set(this.#end.lacks.map(({ sha256 }) => blobEntry(sha256)));
    const missing = [...this.#leftOut, ...this.#expected.slice(this.#place).map(({ name }) => name)];
    const unsaid = missing.find((name) => !lost.has(name));
    if (unsaid) throw refused(`${unsaid} is missing`);
    return { backup: this.#header.value, ...this.#end };
  }
}

async function* checked(content: Content, sha256: string, name: string): Content {
  const hash = createHash('sha256');
  for await (const chunk of content) {
    hash.update(chunk);
    yield chunk;
  }
  if (hash.digest('hex') !== sha256) throw refused(`${name} was changed`);
}

async function drain(content: Content): Promise<void> {
  for await (const _ of content);
}

function parse<T>(schema: z.ZodType<T>, content: Buffer, name: string): T {
  try {
    return schema.parse(JSON.parse(content.toString('utf8')));
  } catch {
    throw refused(`${name} has an unknown format; a newer hub may have made it`);
  }
}

function refused(why: string): HubError {
  return new HubError('BACKUP_REFUSED', `The backup cannot be used: ${why.replace(/\.$/, '')}.`);
}
