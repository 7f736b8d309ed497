import { open } from 'node:fs/promises';
import { type Entry, fromRandomAccessReaderPromise } from 'yauzl';
import { DATASET_BOUNDS, type DatasetBounds, UnpackMeter } from './bounds.js';
import { FileWindows } from './file-windows.js';
import { inOrder } from './in-order.js';
import { archiveError, type Source, type SourceEntry, symbolicLink } from './source.js';
import { zipContent } from './zip-content.js';
import { allEntries } from './zip-entries.js';
import { entryPath } from './zip-names.js';

const UNIX_TYPE_MASK = 0o170000;
const UNIX_SYMBOLIC_LINK = 0o120000;

/** A zip file on this machine, in the order of its central directory. */
export class ZipSource implements Source {
  readonly #file: string;
  readonly #bounds: DatasetBounds;
  #share: number | null = null;

  /** @param nameEncoding as of `entryPath`. */
  constructor(
    file: string,
    bounds: DatasetBounds = DATASET_BOUNDS,
    private readonly nameEncoding?: string,
  ) {
    this.#file = file;
    this.#bounds = bounds;
  }

  get share(): number | null {
    return this.#share;
  }

  async *entries(signal: AbortSignal): AsyncGenerator<SourceEntry> {
    const meter = new UnpackMeter(this.#bounds);
    // A handle of our own, which is certainly closed at the end: Windows deletes no open file.
    const handle = await open(this.#file);
    try {
      // Names stay raw, because yauzl takes names of unstated encoding for CP437.
      const { size } = await handle.stat();
      const windows = new FileWindows(handle, size);
      const options = { autoClose: false, decodeStrings: false, validateEntrySizes: true };
      const zip = await fromRandomAccessReaderPromise(windows, size, options);
      // Not the sum of the entries' compressed sizes: in a zip bomb many entries share the same bytes.
      meter.addPacked(zip.fileSize);
      const stated = new UnpackMeter(this.#bounds);
      stated.addPacked(zip.fileSize);
      const entries = allEntries(zip, handle, (share) => {
        this.#share = share;
      });
      const within = admitted(entries, stated);
      for await (const entry of inOrder(within, (entry) =>
        describe(entry, entryPath(entry, this.nameEncoding), meter, () => zipContent(zip, windows, entry, signal)),
      )) {
        signal.throwIfAborted();
        yield entry;
      }
    } catch (error) {
      throw archiveError(error, 'zip', signal);
    } finally {
      await handle.close();
    }
  }
}

/** Entries, as long as the sizes that the directory states are within the bounds: what is not read counts too, as in a tar. */
async function* admitted(entries: AsyncIterable<Entry>, stated: UnpackMeter): AsyncGenerator<Entry> {
  for await (const entry of entries) {
    stated.addUnpacked(entry.uncompressedSize);
    yield entry;
  }
}

async function describe(
  entry: Entry,
  path: string,
  meter: UnpackMeter,
  read: () => Promise<AsyncIterable<Uint8Array>>,
): Promise<SourceEntry> {
  if (path.endsWith('/')) return { kind: 'folder', path };
  const refuse = (reason: string): SourceEntry => ({ kind: 'refused', path, reason });
  if (((entry.externalFileAttributes >>> 16) & UNIX_TYPE_MASK) === UNIX_SYMBOLIC_LINK) return symbolicLink(path);
  if (entry.isEncrypted()) return refuse('encrypted');
  if (!entry.canDecodeFileData())
    return refuse(`compressed by zip method ${entry.compressionMethod}, which is not supported`);
  const bytes = entry.uncompressedSize;
  meter.addUnpacked(bytes); // as stated, whether it is read or not; yauzl reads no more than that
  const content = await read();
  return { kind: 'file', path, bytes, content: () => content };
}
