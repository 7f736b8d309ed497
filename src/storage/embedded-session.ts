import { closeSync, fstatSync, fsyncSync } from 'node:fs';
import { PGlite } from '@electric-sql/pglite';
import { NodeFS } from '@electric-sql/pglite/nodefs';

/** PGlite's own parameters, but with every commit on the disk before it is acknowledged. */
export const START_PARAMETERS = [
  ...PGlite.defaultStartParams.filter((parameter) => parameter !== '-F'), // -F: no fsync
  ...['-c', 'wal_sync_method=fsync'], // the default, fdatasync, does nothing in PGlite
  ...['-c', 'shared_buffers=16MB'], // of 128: the hub's tables are small, and this is resident memory
];
/** What a file system in PGlite answers when the disk fails (WASI's EIO); PostgreSQL then stops. */
const IO_ERROR = 29;
/** Milliseconds between attempts to start PostgreSQL again: one costs half a second of a core. */
const ATTEMPT_INTERVAL = 5000;

/**
 * PostgreSQL in this process. One that had to stop, since its log could not be written, is started again as a server
 * would be: it recovers from its log what it had acknowledged.
 */
export class EmbeddedSession {
  #db: PGlite | undefined;
  /** Why it stopped; undefined while it runs. */
  #stopped: Error | undefined;
  #attempted = 0;
  #files: SyncedNodeFs | undefined;

  /** @param folder with the database; without one it is in memory. */
  constructor(private readonly folder: string | undefined) {}

  /** Starts it unless it runs. @throws why it stopped, where it cannot be started again. */
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

  /** Messages of PostgreSQL's protocol, to the server and from it. */
  async execute(messages: Uint8Array): Promise<Buffer> {
    if (!this.#db) throw this.#stopped ?? new Error('the database is not open');
    const parts: Uint8Array[] = [];
    // A copy: it is PGlite's memory. And not execProtocolRaw, which parses every answer and keeps all of them for good.
    const onRawData = (part: Uint8Array): void => void parts.push(new Uint8Array(part));
    await this.#db.execProtocolRawStream(messages, { onRawData });
    const answer = Buffer.concat(parts);
    const panic = panicIn(answer);
    if (panic !== undefined) {
      this.#stopped = new Error(`The database stopped: ${panic}.`);
      this.#db = undefined; // without closing, which writes: PostgreSQL's own processes just end here
      this.#files?.abandon();
    }
    return answer;
  }

  /** A server rolls back what a lost client has begun; so does this. */
  async rollBack(): Promise<void> {
    if (this.#db?.isInTransaction()) await this.#db.exec('ROLLBACK');
  }

  async close(): Promise<void> {
    await this.#db?.close();
  }
}

/**
 * The message of an error after which PostgreSQL does not go on, if there is one. Each message is a letter and a length
 * of 4 bytes that counts itself; an error's fields are a letter and a text that ends in 0: S is the severity, M the
 * message. Source: PostgreSQL 18's documentation, "Message Formats" and "Error and Notice Message Fields".
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
/** The part of Emscripten's Node file system that is used here. `nfd` is a descriptor of Node's. */
interface NodeFsModule {
  FS: {
    streams: readonly ({ readonly nfd?: number } | null | undefined)[];
    filesystems: { NODEFS: { stream_ops: { fsync?: (stream: { nfd: number }) => number } } };
  };
}

/** PGlite's file system on real files, and with a real fsync, which Emscripten's lacks. */
class SyncedNodeFs extends NodeFS {
  #module: NodeFsModule | undefined;

  override async init(pg: PGlite, options: FileSystem) {
    const addSync = (module: NodeFsModule) => {
      this.#module = module;
      module.FS.filesystems.NODEFS.stream_ops.fsync = ({ nfd }) => sync(nfd);
    };
    return super.init(pg, { ...options, preRun: [...(options.preRun ?? []), addSync] });
  }

  /** Lets go of the files of a PostgreSQL that has stopped. */
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
