import { AsyncLocalStorage } from 'node:async_hooks';
import type { Readable, Writable } from 'node:stream';

/** Where a command reads and prints, and how it ends. */
export interface Terminal {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** Set by a command that ends without an error, but not as the user wants. */
  exitCode?: number | string | null | undefined;
}

const running = new AsyncLocalStorage<Terminal>();

/** The terminal of the running command: the process's own, or that of a test, which runs several in one process. */
export function terminal(): Terminal {
  return running.getStore() ?? process;
}

/** Runs a command with a terminal. */
export function withTerminal<T>(given: Terminal, command: () => Promise<T>): Promise<T> {
  return running.run(given, command);
}
