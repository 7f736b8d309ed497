import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pLimit from 'p-limit';
import { type ErrorCode, HubError } from '../errors.js';
import type { ClassifierNetwork, CompiledNetwork, CompilerAnswer, CompilerRequest } from './network-thread-messages.js';
import { weightsBeside } from './onnx/session.js';

/** Where the compiled process lies; the tests, which run from the sources, name another place. */
export const NETWORK_COMPILER_ENTRY = fileURLToPath(new URL('./network-compiler-entry.js', import.meta.url));

/**
 * Builds networks, one after the other, each in a process of its own with a low priority. Building takes a second of a
 * core and five times the memory of the network, most of which a process that goes on would not give back.
 */
export class NetworkCompiler {
  readonly #oneAtATime = pLimit(1);
  #child: ChildProcess | undefined;
  #closed = false;

  /** @param folder for the files that are made. */
  constructor(
    private readonly blobFolder: string,
    private readonly folder: string,
    private readonly entry: string = NETWORK_COMPILER_ENTRY,
  ) {}

  /** @returns what was made, for `remove` when it is no longer loaded. @throws what is wrong with the weights. */
  async compile(network: ClassifierNetwork): Promise<CompiledNetwork> {
    const compiled = { file: join(this.folder, `${randomUUID()}.network`), size: network.size };
    try {
      await this.#oneAtATime(() => this.#build({ blobFolder: this.blobFolder, network, file: compiled.file }));
      return compiled;
    } catch (error) {
      await this.remove(compiled);
      throw error;
    }
  }

  async remove({ file }: CompiledNetwork): Promise<void> {
    for (const part of [file, weightsBeside(file)]) await rm(part, { force: true });
  }

  close(): void {
    this.#closed = true;
    this.#child?.kill('SIGKILL');
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

const shuttingDown = (): HubError => new HubError('SHUTTING_DOWN', 'The hub is shutting down.');
