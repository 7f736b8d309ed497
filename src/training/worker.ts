import { availableParallelism, constants, setPriority } from 'node:os';
import { resolveCompute } from '../engines/compute.js';
import type { Engine } from '../engines/engine.js';
import { type NetworkHost, NetworkLoader } from '../engines/network-loader.js';
import { NetworkThread } from '../engines/network-thread.js';
import { OnnxEngine } from '../engines/onnx/onnx-engine.js';
import type { OnnxDevice } from '../engines/onnx/session.js';
import { openEngine } from '../engines/open-engine.js';
import { HubError, inWords } from '../errors.js';
import { FileBlobStore } from '../storage/file-blobs.js';
import { calibrate } from './calibrate.js';
import { exportModel } from './export.js';
import { importModel } from './import.js';
import {
  type CalibrationEvent,
  type ExportEvent,
  exportJobSchema,
  type ImportEvent,
  importJobSchema,
  type Job,
  jobSchema,
  type QuantizationEvent,
  type QuantizationJob,
  quantizationJobSchema,
  type SweepEvent,
  sweepJobSchema,
  type TaskEnd,
  type TrainingEvent,
  type TrustEvent,
  trustJobSchema,
  type WorkerCommand,
  type WorkerTask,
} from './job.js';
import { quantize } from './quantize.js';
import { sweep } from './sweep.js';
import { watchSystemUse } from './system-use.js';
import { train } from './train.js';
import { fitTrust } from './trust.js';

/**
 * The training process. It takes one task over IPC, reports events, and ends. It ends too when the hub is gone: a run
 * is then taken up again from its checkpoint when the hub is back.
 */
/** Networks side by side at most; each takes some 300 MB. */
const NETWORKS = 4;

const cancelled = new AbortController();

process.on('message', (command: WorkerCommand) => {
  if (command.type === 'cancel') cancelled.abort();
  else void work(command);
});
process.on('disconnect', () => process.exit(1));
// A terminal's Ctrl-C reaches the whole process group; the hub decides what becomes of its worker.
process.on('SIGINT', () => undefined);

async function work(task: WorkerTask): Promise<void> {
  // The API answers while training takes every core.
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  const unwatch = watchSystemUse((use) => emit({ type: 'system', use }));
  try {
    if (task.type === 'job') {
      const job = jobSchema.parse(task.job);
      await train(job, await surroundingsOf(job));
    } else if (task.type === 'sweep') {
      const job = sweepJobSchema.parse(task.job);
      await sweep(job, await surroundingsOf(job));
    } else if (task.type === 'quantization') {
      const job = quantizationJobSchema.parse(task.job);
      emit({ type: 'finished', quantization: await quantize(job, servingSurroundingsOf(job)) });
    } else if (task.type === 'import') {
      const job = importJobSchema.parse(task.job);
      emit({ type: 'finished', imported: await importModel(job, servingSurroundingsOf(job)) });
    } else if (task.type === 'export') {
      const job = exportJobSchema.parse(task.job);
      emit({ type: 'finished', exported: await exportModel(job, new FileBlobStore(job.blobFolder)) });
    } else if (task.type === 'trust') {
      const job = trustJobSchema.parse(task.job);
      emit({ type: 'finished', trust: await fitTrust(job, servingSurroundingsOf(job)) });
    } else {
      const job = jobSchema.parse(task.job);
      emit({ type: 'finished', calibration: await calibrate(job, await surroundingsOf(job)) });
    }
  } catch (error) {
    emit(cancelled.signal.aborted ? { type: 'cancelled' } : failure(error));
  }
  unwatch();
  process.disconnect();
}

async function surroundingsOf({ blobFolder, threads = availableParallelism(), compute = resolveCompute({}) }: Job) {
  const blobs = new FileBlobStore(blobFolder);
  const { engine, notes } = await openEngine(compute, threads);
  for (const message of notes) emit({ type: 'log', message });
  return {
    blobs,
    engine,
    networkHosts: (): readonly NetworkHost[] =>
      engine.info.name === 'onnx' ? startThreads(blobFolder, engine) : [new NetworkLoader(engine, blobs)],
    emit,
    signal: cancelled.signal,
  };
}

/** The engine that serves, whoever trains. */
function servingSurroundingsOf({
  blobFolder,
  threads = availableParallelism(),
}: Pick<QuantizationJob, 'blobFolder' | 'threads'>) {
  const engine = new OnnxEngine(threads);
  return {
    blobs: new FileBlobStore(blobFolder),
    engine,
    networkThreads: () => startThreads(blobFolder, engine),
    signal: cancelled.signal,
  };
}

/**
 * One network per thread and one thread per core computes more pictures than one network on all cores, most of all
 * beside other work. Each takes its own copy of the weights, so there are not more than a few. A graphics card computes
 * one network.
 */
function startThreads(blobFolder: string, { info }: Engine): readonly NetworkThread[] {
  const device = info.device as OnnxDevice;
  const count = device === 'cpu' ? Math.min(info.threads, NETWORKS) : 1;
  const data = { blobFolder, threads: Math.floor(info.threads / count), device };
  return Array.from({ length: count }, () => new NetworkThread(data));
}

function failure(error: unknown): TaskEnd {
  const cause = inWords(error);
  if (cause instanceof HubError) return { type: 'failed', code: cause.code, message: cause.message };
  console.error(error); // the hub keeps a worker's standard error in its log
  return { type: 'failed', code: 'INTERNAL', message: 'Training failed inside the hub; its log says why.' };
}

function emit(
  event: TrainingEvent | CalibrationEvent | SweepEvent | QuantizationEvent | TrustEvent | ExportEvent | ImportEvent,
): void {
  process.send?.(event);
}
