import { closeSync, fstatSync, fsyncSync } from 'node:fs';
import { PGlite } from '@electric-sql/pglite';
import { NodeFS } from '@electric-sql/pglite/nodefs';

/** PGlite's start parameters, changed so that every commit is on the disk before it is acknowledged. */
const START_PARAMETERS = [
  ...PGlite.defaultStartParams.filter((parameter) => parameter !== '-F'), // -F: no fsync
  ...['-c', 'wal_sync_method=fsync'], // the default, fdatasync, does nothing in PGlite
  ...['-c', 'shared_buffers=16MB'], // of 128: the hub's tables are small, and this is resident memory
];
/** The error code of a file system in PGlite when the disk fails (WASI's EIO); PostgreSQL then stops. */
const IO_ERROR = 29;
/** Milliseconds between attempts to restart PostgreSQL; each takes half a second of a core. */
const ATTEMPT_INTERVAL = 5000;

/** An embedded PostgreSQL, in this thread or in one of its own. */
export interface DatabaseSession {
  /** Starts it unless it runs. @throws the reason why it stopped when it cannot be restarted. */
  start(): Promise<void>;
  readonly isRunning: boolean;
  /** Sends messages of PostgreSQL's protocol and returns those of the answer. */
  execute(messages: Uint8Array): Promise<Buffer>;
  /** Rolls back an open transaction, as a server does when a client is lost. */
  rollBack(): Promise<void>;
  close(): Promise<void>;
}

/**
 * PostgreSQL in this thread. After it had to stop, because its log could not be written, the next request restarts it, and
 * it recovers every acknowledged commit from its log.
 */
export class EmbeddedSession implements DatabaseSession {
  #db: PGlite | undefined;
  /** The reason why it stopped; undefined while it runs. */
  #stopped: Error | undefined;
  #attempted = 0;
  #files: SyncedNodeFs | undefined;

  /** @param folder of the database; undefined for one in memory. */
  constructor(private readonly folder: string | undefined) {}

  async start(): Promise<void> {
    if (this.#db) return;
    if (this.#stopped && performance.now() - this.#attempted < ATTEMPT_INTERVAL) throw this.#stopped;
    this.#attempted = performance.now();
    this.#files = this.folder ? new SyncedNodeFs(this.folder) : undefined;
    const options = this.#files ? { fs: this.#files, startParams: START_PARAMETERS } : {};
    try {
      this.#db = await PGlite.create(options);
    } catch (error) {
      this.#files?.abandon();
      throw this.#stopped ?? error;
    }
    this.#stopped = undefined;
  }

  get isRunning(): boolean {
    return this.#db !== undefined;
  }

  async execute(messages: Uint8Array): Promise<Buffer> {
    if (!this.#db) throw this.#stopped ?? new Error('the database is not open');
    const parts: Uint8Array[] = [];
    // A copy: it is PGlite's memory. execProtocolRaw would parse every answer and keep it forever.
    const onRawData = (part: Uint8Array): void => void parts.push(new Uint8Array(part));
    await this.#db.execProtocolRawStream(messages, { onRawData });
    const answer = Buffer.concat(parts);
    const panic = panicIn(answer);
    if (panic !== undefined) {
      this.#stopped = new Error(`The database stopped: ${panic}.`);
      this.#db = undefined; // not closed, which would write: a PostgreSQL that panics just ends
      this.#files?.abandon();
    }
    return answer;
  }

  async rollBack(): Promise<void> {
    if (this.#db?.isInTransaction()) await this.#db.exec('ROLLBACK');
  }

  async close(): Promise<void> {
    await this.#db?.close();
  }
}

/**
 * The text of a PANIC, after which PostgreSQL stops, if there is one. A message of the protocol is a letter and a length of
 * 4 bytes that counts itself; a field of an error is a letter and a text that ends in 0: S is the severity, M the text.
 * Source: PostgreSQL 18's documentation, "Message Formats" and "Error and Notice Message Fields".
 */
function panicIn(bytes: Buffer): string | undefined {
  for (let at = 0; at + 5 <= bytes.length; at += 1 + bytes.readUInt32BE(at + 1)) {
    if (bytes[at] !== 0x45) continue; // E
    const fields = bytes.toString('utf8', at + 5, at + 1 + bytes.readUInt32BE(at + 1)).split('\0');
    if (fields.includes('SPANIC')) return fields.find((field) => field.startsWith('M'))?.slice(1) ?? 'no reason given';
  }
  return undefined;
}

type FileSystem = Awaited<ReturnType<NodeFS['init']>>['emscriptenOpts'];
/** The part of Emscripten's Node file system that is used here. `nfd` is Node's file descriptor. */
interface NodeFsModule {
  FS: {
    streams: readonly ({ readonly nfd?: number } | null | undefined)[];
    filesystems: { NODEFS: { stream_ops: { fsync?: (stream: { nfd: number }) => number } } };
  };
}

/** PGlite's file system on real files, with the fsync that Emscripten's lacks. */
class SyncedNodeFs extends NodeFS {
  #module: NodeFsModule | undefined;

  override async init(pg: PGlite, options: FileSystem) {
    const addSync = (module: NodeFsModule) => {
      this.#module = module;
      module.FS.filesystems.NODEFS.stream_ops.fsync = ({ nfd }) => sync(nfd);
    };
    return super.init(pg, { ...options, preRun: [...(options.preRun ?? []), addSync] });
  }

  /** Closes the files of a PostgreSQL that has stopped. */
  abandon(): void {
    for (const stream of this.#module?.FS.streams ?? []) if (stream?.nfd !== undefined) closeSync(stream.nfd);
    this.#module = undefined;
  }
}

function sync(descriptor: number): number {
  try {
    // Windows cannot sync folders.
    if (process.platform !== 'win32' || fstatSync(descriptor).isFile()) fsyncSync(descriptor);
    return 0;
  } catch {
    return IO_ERROR;
  }
}
