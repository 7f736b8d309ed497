import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { shuttingDown } from '../errors.js';
import { bundleOf } from '../package.js';
import type { BlobPlace } from '../storage/blob-place.js';
import { PLAIN_FORM } from './network-form.js';
import type { ClassifierNetwork, CompiledNetwork } from './network-thread-messages.js';
import { processorKind } from './processor-kind.js';

/** A network to build, and the file to write it to. */
export interface CompileJob {
  readonly blobPlace: BlobPlace;
  readonly network: ClassifierNetwork;
  readonly file: string;
}

/** Unloaded networks that stay built: a registered version is often promoted next, and a replaced one rolled back to. */
const KEPT = 2;
/** Files in the folder of a built network: the network, its weights, and the hashes of both. */
const [NETWORK, SUMS] = ['network', 'sums.json'];

const sumsSchema = z.array(z.string());

interface CompilerFolders {
  /** Folder of the built networks. They outlive the process: one that is started again need not build them. */
  readonly networks: string;
  /** Folder of networks that are being built, on the same disk. */
  readonly temporary: string;
}

/**
 * Builds networks, each in a process of its own with a lower priority than serving. Building takes a second of a core and five times the
 * memory of the network, most of which a process that lives on would not give back.
 */
export class NetworkCompiler {
  /** Built networks by name: those that this process has built, or has found intact. */
  readonly #built = new Map<string, Promise<CompiledNetwork>>();
  /** How many have each network loaded, by name. */
  readonly #users = new Map<string, number>();
  readonly #closed = new AbortController();
  #code: Promise<string> | undefined;

  /** @param build builds a network in another process, until the signal. */
  constructor(
    private readonly blobPlace: BlobPlace,
    private readonly folders: CompilerFolders,
    private readonly build: (job: CompileJob, signal: AbortSignal) => Promise<unknown>,
  ) {}

  /** @returns a built network, to be given to `letGo` once it is no longer loaded. @throws what is wrong with the weights. */
  async compile(network: ClassifierNetwork): Promise<CompiledNetwork> {
    const name = await this.#nameOf(network);
    this.#count(name, 1);
    const built = this.#built.get(name) ?? this.#open(name, network);
    this.#built.set(name, built);
    try {
      return await built;
    } catch (error) {
      this.#built.delete(name);
      this.#count(name, -1);
      throw error;
    }
  }

  /** Keeps a built network for later, or removes it. @param isSound whether it passed its self-check. */
  async letGo(network: ClassifierNetwork, isSound: boolean): Promise<void> {
    const name = await this.#nameOf(network);
    if (this.#count(name, -1) > 0) return;
    if (!isSound) await this.#remove(name);
    if (this.#closed.signal.aborted) return;
    const now = new Date();
    await utimes(this.#folderOf(name), now, now).catch(() => undefined);
    await this.#shrink();
  }

  /** Stops the build that is under way. */
  close(): void {
    this.#closed.abort(shuttingDown());
  }

  /** @returns how many have it loaded now. */
  #count(name: string, more: 1 | -1): number {
    const users = (this.#users.get(name) ?? 0) + more;
    if (users > 0) this.#users.set(name, users);
    else this.#users.delete(name);
    return users;
  }

  async #open(name: string, network: ClassifierNetwork): Promise<CompiledNetwork> {
    const folder = this.#folderOf(name);
    const { size, form = PLAIN_FORM } = network;
    const built = { file: join(folder, NETWORK), size, form };
    if (await isIntact(folder)) return built;
    await rm(folder, { recursive: true, force: true });
    const unfinished = join(this.folders.temporary, `${randomUUID()}.network`);
    try {
      await mkdir(unfinished, { recursive: true });
      const file = join(unfinished, NETWORK);
      await this.build({ blobPlace: this.blobPlace, network, file }, this.#closed.signal);
      await writeFile(join(unfinished, SUMS), JSON.stringify(await sumsOf(unfinished)));
      await mkdir(this.folders.networks, { recursive: true });
      await rename(unfinished, folder);
    } catch (error) {
      await rm(unfinished, { recursive: true, force: true });
      throw error;
    }
    return built;
  }

  /** Removes networks that are not loaded, but for those that were used last. */
  async #shrink(): Promise<void> {
    const idle = (await readdir(this.folders.networks)).filter((name) => !this.#users.has(name));
    const times = new Map<string, number>();
    for (const name of idle) times.set(name, (await stat(this.#folderOf(name)).catch(() => null))?.mtimeMs ?? 0);
    const oldest = idle.sort((a, b) => Number(times.get(b)) - Number(times.get(a))).slice(KEPT);
    for (const name of oldest) if (!this.#users.has(name)) await this.#remove(name);
  }

  /** A folder that cannot be removed now is removed later. */
  async #remove(name: string): Promise<void> {
    this.#built.delete(name);
    await rm(this.#folderOf(name), { recursive: true, force: true }).catch(() => undefined);
  }

  #folderOf(name: string): string {
    return join(this.folders.networks, name);
  }

  /** Hash of all that a built network depends on: its weights, the code that builds it, and the processor. */
  async #nameOf({
    backboneBlob,
    weightsBlob,
    quantizedBlob,
    size,
    form = PLAIN_FORM,
  }: ClassifierNetwork): Promise<string> {
    this.#code ??= codeThatBuilds();
    const machine = [await this.#code, form.runtime, processorKind()];
    const parts = [...machine, backboneBlob, weightsBlob, quantizedBlob, size.input, size.image];
    return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  }
}

/** Version of ONNX Runtime, and the worker's code: it names its parts by their hashes. */
async function codeThatBuilds(): Promise<string> {
  const { version } = createRequire(import.meta.url)('onnxruntime-node/package.json') as { version: string };
  return `${version}\n${await readFile(bundleOf('worker'), 'utf8')}`;
}

/** Whether a folder has a network with the hashes that it was built with. */
async function isIntact(folder: string): Promise<boolean> {
  try {
    const expected = sumsSchema.parse(JSON.parse(await readFile(join(folder, SUMS), 'utf8')));
    return expected.join() === (await sumsOf(folder)).join();
  } catch {
    return false;
  }
}

/** SHA-256 of the files of a network, in hex and in the order of their names. */
async function sumsOf(folder: string): Promise<string[]> {
  const files = (await readdir(folder)).filter((name) => name !== SUMS).sort();
  const sums: string[] = [];
  for (const name of files) {
    const hash = createHash('sha256');
    await pipeline(createReadStream(join(folder, name)), hash);
    sums.push(hash.digest('hex'));
  }
  return sums;
}
