import { fork } from 'node:child_process';
import { on, once } from 'node:events';
import { availableParallelism } from 'node:os';
import type { Readable } from 'node:stream';
import { HubError } from '../errors.js';
import { bundleOf } from '../package.js';
import type { Events, JobKind, Task, TimedPart, WorkerCommand } from './job-kinds.js';
import { defaultWorkerMemory, watchMemory } from './memory-watch.js';

/** Characters that are kept of a worker's standard error. */
const LAST_WORDS = 4000;
/** What V8 and C++ print before they end a process for want of memory. */
const NO_MEMORY = /heap out of memory|Reached heap limit|std::bad_alloc/;

/** A running worker with its task. */
export interface WorkerProcess<K extends JobKind = JobKind> {
  readonly pid: number;
  /** Events in order. Ends after the last event of the task; throws when the process dies before it, OUT_OF_MEMORY for that reason. */
  readonly events: AsyncIterable<Events[K] | TimedPart>;
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
const decodersOf = (threads: number): number => Math.max(1, Math.floor(threads / 2));

interface WorkerOptions {
  /** File of the worker; tests replace it. */
  readonly entry?: string;
  /** Bytes of memory that it may take. */
  readonly memory?: number;
  /** Threads that it computes with, one per core by default. */
  readonly threads?: number;
}

/** Starts a worker process for one task. */
export function startWorker<K extends JobKind>(
  task: Task<K>,
  { entry = bundleOf('worker'), memory = defaultWorkerMemory(), threads = availableParallelism() }: WorkerOptions = {},
): WorkerProcess<K> {
  const child = fork(entry, [], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
    // A worker gives its memory back when it ends; its threads need not share the hub's two pools of it.
    env: { ...process.env, UV_THREADPOOL_SIZE: String(decodersOf(threads)), MALLOC_ARENA_MAX: undefined },
  });
  const send = (command: WorkerCommand): void => {
    if (child.connected) child.send(command, () => undefined); // the exit of the process reports its death
  };
  const messages = on(child, 'message', { close: ['exit'] });
  let said = '';
  child.stderr?.on('data', (text) => {
    said = `${said}${text}`.slice(-LAST_WORDS);
  });
  let isOver = false;
  const unwatch = watchMemory(child.pid ?? 0, memory, () => {
    isOver = true;
    child.kill('SIGKILL');
  });
  child.once('exit', unwatch);
  /** Why it ended before its task was done. */
  const death = async (): Promise<Error> => {
    if (child.stderr && !child.stderr.closed) await once(child.stderr, 'close');
    if (isOver || NO_MEMORY.test(said)) return outOfMemory(memory);
    const exit = child.exitCode ?? child.signalCode ?? 'no exit code';
    return new Error(`The worker process ended with ${exit} before its task was done.`);
  };
  send({ ...(task as Task), threads });
  return {
    pid: child.pid ?? 0,
    errors: child.stderr as Readable,
    events: eventsOf(messages, death),
    cancel: () => send({ kind: 'cancel' }),
    kill: () => child.kill('SIGKILL'),
  };
}

async function* eventsOf<E extends { readonly type: string }>(
  messages: AsyncIterable<unknown[]>,
  death: () => Promise<Error>,
): AsyncGenerator<E> {
  for await (const [event] of messages as AsyncIterable<[E]>) {
    yield event;
    if (LAST_EVENTS.has(event.type)) return;
  }
  throw await death();
}

function outOfMemory(limit: number): HubError {
  const gigabytes = (limit / 1e9).toFixed(1);
  const message = `The job needs more than ${gigabytes} GB of memory, the limit of a worker process (--worker-memory).`;
  const advice =
    'Use smaller images or batches, or start the hub with a higher limit on a machine that has the memory.';
  return new HubError('OUT_OF_MEMORY', `${message} ${advice}`, { limit });
}
