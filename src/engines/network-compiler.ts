import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LRUCache } from 'lru-cache';
import pLimit from 'p-limit';
import { type ErrorCode, HubError, shuttingDown } from '../errors.js';
import type { ClassifierNetwork, CompiledNetwork, CompilerAnswer, CompilerRequest } from './network-thread-messages.js';
import { weightsBeside } from './onnx/session.js';

/** Where the compiled process lies; the tests, which run from the sources, name another place. */
export const NETWORK_COMPILER_ENTRY = fileURLToPath(new URL('./network-compiler-entry.js', import.meta.url));

/** Networks that nobody has loaded and that stay built: what was registered is promoted next, what served is rolled back to. */
const KEPT = 2;

/**
 * Builds networks, one after the other, each in a process of its own with a low priority. Building takes a second of a
 * core and five times the memory of the network, most of which a process that goes on would not give back.
 */
export class NetworkCompiler {
  readonly #oneAtATime = pLimit(1);
  readonly #kept = new LRUCache<string, CompiledNetwork>({
    max: KEPT,
    dispose: (network, _key, reason) => {
      if (reason !== 'delete') void remove(network); // that is: it was not taken out to be loaded
    },
  });
  #child: ChildProcess | undefined;
  #closed = false;

  /** @param folder for the files that are made. */
  constructor(
    private readonly blobFolder: string,
    private readonly folder: string,
    private readonly entry: string = NETWORK_COMPILER_ENTRY,
  ) {}

  /** @returns what was made, now or before, for `letGo` when it is no longer loaded. @throws what is wrong with the weights. */
  async compile(network: ClassifierNetwork): Promise<CompiledNetwork> {
    const key = keyOf(network);
    const kept = this.#kept.get(key);
    if (kept) {
      this.#kept.delete(key);
      return kept;
    }
    const compiled = { file: join(this.folder, `${randomUUID()}.network`), size: network.size };
    try {
      await this.#oneAtATime(() => this.#build({ blobFolder: this.blobFolder, network, file: compiled.file }));
      return compiled;
    } catch (error) {
      await remove(compiled);
      throw error;
    }
  }

  /** Keeps what was made for a while, or removes it. @param isSound whether it answered as it should. */
  async letGo(network: ClassifierNetwork, compiled: CompiledNetwork, isSound: boolean): Promise<void> {
    if (isSound && !this.#closed) this.#kept.set(keyOf(network), compiled);
    else await remove(compiled);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#child?.kill('SIGKILL');
    await Promise.all([...this.#kept.values()].map(remove));
  }

  async #build(request: CompilerRequest): Promise<void> {
    if (this.#closed) throw shuttingDown();
    const child = fork(this.entry, [], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    this.#child = child;
    child.send(request, () => undefined); // one that died at once is noticed by its exit
    const answer = await new Promise<CompilerAnswer>((resolve, reject) => {
      child.once('message', resolve);
      child.once('error', reject);
      child.once('exit', (code, signal) => {
        reject(this.#closed ? shuttingDown() : new Error(`the network's compiler ended with ${code ?? signal}`));
      });
    });
    if (answer.type === 'done') return;
    const { code, message } = answer;
    throw code ? new HubError(code as ErrorCode, message) : new Error(message);
  }
}

const keyOf = ({ backboneBlob, weightsBlob, quantizedBlob, size }: ClassifierNetwork): string =>
  JSON.stringify([backboneBlob, weightsBlob, quantizedBlob, size.input, size.image]);

/** What cannot be removed now is when the hub starts. */
async function remove({ file }: CompiledNetwork): Promise<void> {
  for (const part of [file, weightsBeside(file)]) await rm(part, { force: true }).catch(() => undefined);
}
