import { fork } from 'node:child_process';
import { on } from 'node:events';
import { availableParallelism } from 'node:os';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type {
  CalibrationEvent,
  ExportEvent,
  ExportJob,
  ImportEvent,
  ImportJob,
  Job,
  QuantizationEvent,
  QuantizationJob,
  SweepEvent,
  SweepJob,
  TrainingEvent,
  TrustEvent,
  TrustJob,
  WorkerCommand,
  WorkerTask,
} from '../training/job.js';

/** A worker at work on one task. */
export interface WorkerProcess<E = TrainingEvent> {
  readonly pid: number;
  /** Every event in order; ends behind the last one, and throws when the process died before that. */
  readonly events: AsyncIterable<E>;
  /** What it writes to standard error, line by line. */
  readonly errors: Readable;
  /** Asks it to stop at the next batch; it answers with the event `cancelled`. */
  cancel(): void;
  /** Ends it at once. */
  kill(): void;
}

/** Types of events behind which there are no more. */
export const LAST_EVENTS: ReadonlySet<string> = new Set(['finished', 'failed', 'cancelled']);

/**
 * Threads that decode pictures in a worker. Decoders hold each other up: on two cores one does as many small pictures a
 * second as four, for half the processor time, which the network can use.
 */
const DECODERS = Math.max(1, Math.floor(availableParallelism() / 2));

/** Where the compiled worker lies; the tests, which run from the sources, name another place. */
export const WORKER_ENTRY = fileURLToPath(new URL('./worker.js', import.meta.url));

/** Starts a worker process for a job. */
export function startWorker(job: Job, entry: string = WORKER_ENTRY): WorkerProcess {
  return start({ type: 'job', job }, entry);
}

/** Starts one that measures how fast a job would be. */
export function startCalibration(job: Job, entry: string = WORKER_ENTRY): WorkerProcess<CalibrationEvent> {
  return start({ type: 'calibration', job }, entry);
}

/** Starts one for a sweep. */
export function startSweepWorker(job: SweepJob, entry: string = WORKER_ENTRY): WorkerProcess<SweepEvent> {
  return start({ type: 'sweep', job }, entry);
}

/** Starts one that makes the 8-bit form of a model version. */
export function startQuantization(
  job: QuantizationJob,
  entry: string = WORKER_ENTRY,
): WorkerProcess<QuantizationEvent> {
  return start({ type: 'quantization', job }, entry);
}

/** Starts one that writes a model version in a format of others. */
export function startExport(job: ExportJob, entry: string = WORKER_ENTRY): WorkerProcess<ExportEvent> {
  return start({ type: 'export', job }, entry);
}

/** Starts one that makes of a model file what a model version needs. */
export function startImport(job: ImportJob, entry: string = WORKER_ENTRY): WorkerProcess<ImportEvent> {
  return start({ type: 'import', job }, entry);
}

/** Starts one that says how sure a model version may be. */
export function startTrust(job: TrustJob, entry: string = WORKER_ENTRY): WorkerProcess<TrustEvent> {
  return start({ type: 'trust', job }, entry);
}

function start<E extends { readonly type: string }>(task: WorkerTask, entry: string): WorkerProcess<E> {
  const child = fork(entry, [], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
    env: { ...process.env, UV_THREADPOOL_SIZE: String(DECODERS) },
  });
  const send = (command: WorkerCommand): void => {
    if (child.connected) child.send(command, () => undefined); // one that just died is noticed by its exit
  };
  const messages = on(child, 'message', { close: ['exit'] });
  send(task);
  return {
    pid: child.pid ?? 0,
    errors: child.stderr as Readable,
    events: eventsOf(messages, () => child.exitCode ?? child.signalCode),
    cancel: () => send({ type: 'cancel' }),
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
  throw new Error(`The training process ended with ${exit() ?? 'no exit code'} before its work was done.`);
}
