import { fork } from 'node:child_process';
import { on } from 'node:events';
import { availableParallelism } from 'node:os';
import type { Readable } from 'node:stream';
import { bundleOf } from '../package.js';
import type { Events, JobKind, Task, WorkerCommand } from './job-kinds.js';

/** A running worker with its task. */
export interface WorkerProcess<K extends JobKind = JobKind> {
  readonly pid: number;
  /** Events in order. Ends after the last event of the task; throws when the process dies before it. */
  readonly events: AsyncIterable<Events[K]>;
  /** Standard error of the process. */
  readonly errors: Readable;
  /** Asks the worker to stop at the next batch; it then reports the event `cancelled`. */
  cancel(): void;
  /** Kills the worker at once. */
  kill(): void;
}

/** Starts a worker for a task. */
export type StartWorker = <K extends JobKind>(task: Task<K>) => WorkerProcess<K>;

/** Types of the events that end a task. */
export const LAST_EVENTS: ReadonlySet<string> = new Set(['finished', 'failed', 'cancelled']);

/**
 * Threads that decode images in a worker. Decoders block each other: on two cores, one decodes as many small images per
 * second as four, in half the processor time, which leaves the rest to the network.
 */
const DECODERS = Math.max(1, Math.floor(availableParallelism() / 2));

/** Starts a worker process for one task. @param entry file of the worker; tests replace it. */
export function startWorker<K extends JobKind>(task: Task<K>, entry: string = bundleOf('worker')): WorkerProcess<K> {
  const child = fork(entry, [], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
    env: { ...process.env, UV_THREADPOOL_SIZE: String(DECODERS) },
  });
  const send = (command: WorkerCommand): void => {
    if (child.connected) child.send(command, () => undefined); // the exit of the process reports its death
  };
  const messages = on(child, 'message', { close: ['exit'] });
  send(task as Task);
  return {
    pid: child.pid ?? 0,
    errors: child.stderr as Readable,
    events: eventsOf(messages, () => child.exitCode ?? child.signalCode),
    cancel: () => send({ kind: 'cancel' }),
    kill: () => child.kill('SIGKILL'),
  };
}

async function* eventsOf<E extends { readonly type: string }>(
  messages: AsyncIterable<unknown[]>,
  exit: () => number | string | null,
): AsyncGenerator<E> {
  for await (const [event] of messages as AsyncIterable<[E]>) {
    yield event;
    if (LAST_EVENTS.has(event.type)) return;
  }
  throw new Error(`The worker process ended with ${exit() ?? 'no exit code'} before its task was done.`);
}
