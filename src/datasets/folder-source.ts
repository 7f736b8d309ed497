import { constants, type Dirent } from 'node:fs';
import { lstat, open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DATASET_BOUNDS, type DatasetBounds, UnpackMeter } from './bounds.js';
import { inOrder } from './in-order.js';
import { byCodeUnit } from './names.js';
import { readAhead, type Source, type SourceEntry, symbolicLink } from './source.js';

/** Bytes per read. */
const CHUNK_BYTES = 256 * 1024;

/** Opens no symbolic links; absent on Windows. */
const NO_FOLLOW = constants.O_NOFOLLOW ?? 0;

interface FolderChild {
  readonly path: string;
  readonly type: Dirent;
}

/** A folder of this machine, depth first, in the order of names. Symbolic links are refused, never followed. */
export class FolderSource implements Source {
  readonly share = null;
  readonly #folder: string;
  readonly #bounds: DatasetBounds;

  constructor(folder: string, bounds: DatasetBounds = DATASET_BOUNDS) {
    this.#folder = folder;
    this.#bounds = bounds;
  }

  async *entries(signal: AbortSignal): AsyncGenerator<SourceEntry> {
    const meter = new UnpackMeter(this.#bounds);
    for await (const entry of inOrder(this.#walk(''), (found) => this.#describe(found, meter))) {
      signal.throwIfAborted();
      yield entry;
    }
  }

  async *#walk(path: string): AsyncGenerator<FolderChild> {
    const children = await readdir(join(this.#folder, path), { withFileTypes: true });
    children.sort((a, b) => byCodeUnit(a.name, b.name));
    for (const child of children) {
      const found = { path: path === '' ? child.name : `${path}/${child.name}`, type: child };
      yield found;
      if (child.isDirectory() && isUtf8(child.name)) yield* this.#walk(found.path);
    }
  }

  async #describe({ path, type }: FolderChild, meter: UnpackMeter): Promise<SourceEntry> {
    if (!isUtf8(type.name)) return { kind: 'refused', path, reason: 'a name that is not UTF-8' };
    if (type.isDirectory()) return { kind: 'folder', path };
    const file = join(this.#folder, path);
    if (type.isSymbolicLink()) return symbolicLink(path, await leadsToFolder(file));
    if (!type.isFile()) return { kind: 'refused', path, reason: 'not a regular file' };
    const { size } = await lstat(file);
    const content = await readAhead(size, readFile(file, size, meter));
    return { kind: 'file', path, bytes: size, content: () => content };
  }
}

async function* readFile(file: string, size: number, meter: UnpackMeter): AsyncGenerator<Uint8Array> {
  // The file may have become a link since it was listed.
  const handle = await open(file, constants.O_RDONLY | NO_FOLLOW);
  try {
    for (let ended = false; !ended; ) {
      const { bytesRead, buffer } = await handle.read({ buffer: Buffer.alloc(Math.min(size + 1, CHUNK_BYTES)) });
      ended = bytesRead < buffer.length; // a regular file reads short only at its end
      if (bytesRead === 0) return;
      meter.addPacked(bytesRead);
      meter.addUnpacked(bytesRead);
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

async function leadsToFolder(link: string): Promise<boolean> {
  try {
    return (await stat(link)).isDirectory();
  } catch {
    return true; // what it was meant to be is unknown
  }
}

/** Whether Node could decode a name. Another one cannot be opened, and every path with it is refused. */
function isUtf8(name: string): boolean {
  return !name.includes('\uFFFD');
}
