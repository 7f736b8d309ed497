import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { LRUCache } from 'lru-cache';
import { shuttingDown } from '../errors.js';
import type { BlobPlace } from '../storage/blob-place.js';
import type { ClassifierNetwork, CompiledNetwork } from './network-thread-messages.js';
import { weightsBeside } from './onnx/session.js';

/** A network to build, and the file to write it to. */
export interface CompileJob {
  readonly blobPlace: BlobPlace;
  readonly network: ClassifierNetwork;
  readonly file: string;
}

/** Unloaded networks that stay built: a registered version is often promoted next, and a replaced one rolled back to. */
const KEPT = 2;

/**
 * Builds networks, each in a process of its own with a low priority. Building takes a second of a core and five times the
 * memory of the network, most of which a process that lives on would not give back.
 */
export class NetworkCompiler {
  readonly #kept = new LRUCache<string, CompiledNetwork>({
    max: KEPT,
    dispose: (network, _key, reason) => {
      if (reason !== 'delete') void remove(network); // `delete`: it was taken out to be loaded
    },
  });
  readonly #closed = new AbortController();

  /** @param folder for the files. @param build builds a network in another process, until the signal. */
  constructor(
    private readonly blobPlace: BlobPlace,
    private readonly folder: string,
    private readonly build: (job: CompileJob, signal: AbortSignal) => Promise<unknown>,
  ) {}

  /** @returns a built network, to be given to `letGo` once it is no longer loaded. @throws what is wrong with the weights. */
  async compile(network: ClassifierNetwork): Promise<CompiledNetwork> {
    const key = keyOf(network);
    const kept = this.#kept.get(key);
    if (kept) {
      this.#kept.delete(key);
      return kept;
    }
    const compiled = { file: join(this.folder, `${randomUUID()}.network`), size: network.size };
    try {
      await this.build({ blobPlace: this.blobPlace, network, file: compiled.file }, this.#closed.signal);
      return compiled;
    } catch (error) {
      await remove(compiled);
      throw error;
    }
  }

  /** Keeps a built network for a while, or removes it. @param isSound whether it passed its self-check. */
  async letGo(network: ClassifierNetwork, compiled: CompiledNetwork, isSound: boolean): Promise<void> {
    if (isSound && !this.#closed.signal.aborted) this.#kept.set(keyOf(network), compiled);
    else await remove(compiled);
  }

  /** Stops the build that is under way, and removes the networks that are kept. */
  async close(): Promise<void> {
    this.#closed.abort(shuttingDown());
    await Promise.all([...this.#kept.values()].map(remove));
  }
}

const keyOf = ({ backboneBlob, weightsBlob, quantizedBlob, size }: ClassifierNetwork): string =>
  JSON.stringify([backboneBlob, weightsBlob, quantizedBlob, size.input, size.image]);

/** A file that cannot be removed now is removed when the hub starts. */
async function remove({ file }: CompiledNetwork): Promise<void> {
  for (const part of [file, weightsBeside(file)]) await rm(part, { force: true }).catch(() => undefined);
}
