import { availableParallelism, constants } from 'node:os';
import { resolveCompute } from '../engines/compute.js';
import type { Engine } from '../engines/engine.js';
import { type NetworkHost, NetworkLoader } from '../engines/network-loader.js';
import { NetworkThread } from '../engines/network-thread.js';
import { OnnxEngine } from '../engines/onnx/onnx-engine.js';
import type { OnnxDevice } from '../engines/onnx/session.js';
import { openEngine } from '../engines/open-engine.js';
import { HubError, inWords } from '../errors.js';
import { yieldTo } from '../priority.js';
import { FileBlobStore } from '../storage/file-blobs.js';
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
} from '../training/job.js';
import { watchSystemUse } from '../training/system-use.js';

/**
 * The training process. It takes one task over IPC, reports events, and ends. It ends too when the hub is gone: a run
 * is then taken up again from its checkpoint when the hub is back.
 */
const cancelled = new AbortController();

process.on('message', (command: WorkerCommand) => {
  if (command.type === 'cancel') cancelled.abort();
  else void work(command);
});
process.on('disconnect', () => process.exit(1));
// A terminal's Ctrl-C reaches the whole process group; the hub decides what becomes of its worker.
process.on('SIGINT', () => undefined);

/** Each task loads what it needs itself: all together take half a second. */
const TASKS: { readonly [T in WorkerTask['type']]: (job: unknown) => Promise<void> } = {
  async job(task) {
    const { train } = await import('../training/train.js');
    const job = jobSchema.parse(task);
    await train(job, await surroundingsOf(job));
  },
  async sweep(task) {
    const { sweep } = await import('../training/sweep.js');
    const job = sweepJobSchema.parse(task);
    await sweep(job, await surroundingsOf(job));
  },
  async calibration(task) {
    const { probeSpeed: calibrate } = await import('../training/speed-probe.js');
    const job = jobSchema.parse(task);
    emit({ type: 'finished', calibration: await calibrate(job, await surroundingsOf(job)) });
  },
  async quantization(task) {
    const { quantize } = await import('../training/quantize.js');
    const job = quantizationJobSchema.parse(task);
    emit({ type: 'finished', quantization: await quantize(job, servingSurroundingsOf(job)) });
  },
  async trust(task) {
    const { fitCalibration: fitTrust } = await import('../training/fit-calibration.js');
    const job = trustJobSchema.parse(task);
    emit({ type: 'finished', trust: await fitTrust(job, servingSurroundingsOf(job)) });
  },
  async import(task) {
    const { importModel } = await import('../training/model-import.js');
    const job = importJobSchema.parse(task);
    emit({ type: 'finished', imported: await importModel(job, servingSurroundingsOf(job)) });
  },
  async export(task) {
    const { exportModel } = await import('../training/model-export.js');
    const job = exportJobSchema.parse(task);
    emit({ type: 'finished', exported: await exportModel(job, new FileBlobStore(job.blobFolder)) });
  },
};

async function work(task: WorkerTask): Promise<void> {
  // The API answers while training takes every core.
  yieldTo(constants.priority.PRIORITY_BELOW_NORMAL);
  const unwatch = watchSystemUse((use) => emit({ type: 'system', use }));
  try {
    await TASKS[task.type](task.job);
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
    networkHosts: (images: number): readonly NetworkHost[] =>
      engine.info.name === 'onnx' ? startThreads(blobFolder, engine, images) : [new NetworkLoader(engine, blobs)],
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
    networkThreads: (images: number) => startThreads(blobFolder, engine, images),
    signal: cancelled.signal,
  };
}

/** Networks side by side at most; each takes some 300 MB. */
const NETWORKS = 4;
/** Images for which another network is worth it: it takes half a second to start. */
const IMAGES_PER_NETWORK = 100;

/**
 * One network per thread and one thread per core computes more pictures than one network on all cores, most of all
 * beside other work. Each takes its own copy of the weights, so there are not more than a few. A graphics card computes
 * one network.
 */
function startThreads(blobFolder: string, { info }: Engine, images: number): readonly NetworkThread[] {
  const device = info.device as OnnxDevice;
  const most = device === 'cpu' ? Math.min(info.threads, NETWORKS) : 1;
  const data = { blobFolder, threads: Math.floor(info.threads / most), device };
  const count = Math.max(1, Math.min(most, Math.ceil(images / IMAGES_PER_NETWORK)));
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
