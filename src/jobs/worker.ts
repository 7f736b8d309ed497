import { writeFile } from 'node:fs/promises';
import { constants } from 'node:os';
import { HubError, toHubError } from '../errors.js';
import { yieldTo } from '../priority.js';
import type { BlobPlace } from '../storage/blob-place.js';
import type { Part } from '../tracing/tracing.js';
import type { TaskEnd } from '../training/job.js';
import type { Events, JobKind, Task, Tasks, TimedPart, WorkerCommand } from './job-kinds.js';

/**
 * The worker process. It receives one task over IPC, reports events, and exits. It also exits when the hub dies; the
 * hub resumes the job from its checkpoint at the next start.
 */
/**
 * Niceness of a process that builds a network for serving: below the threads that serve, above the other workers, since a
 * promotion waits for it.
 */
const COMPILING = 5;

const cancelled = new AbortController();
/** Reports parts of the task to the hub, where it is timed. */
let onPart: ((part: Part) => void) | undefined;
/** Threads to compute the task with. */
let threads = 1;

process.on('message', (command: WorkerCommand) => {
  if (command.kind === 'cancel') cancelled.abort();
  else {
    threads = command.threads;
    void work(command);
  }
});
// When memory runs out, Linux ends a worker, which can be started again, rather than the hub.
void writeFile('/proc/self/oom_score_adj', '500').catch(() => undefined);
process.on('disconnect', () => process.exit(1));
// A terminal sends Ctrl-C to the whole process group; the hub stops its workers itself.
process.on('SIGINT', () => undefined);

/** Each task imports only the modules that it needs; importing all of them takes half a second. */
const TASKS: { readonly [K in JobKind]: (job: Tasks[K]) => Promise<void> } = {
  async train(task) {
    const [{ train }, { jobSchema }] = await Promise.all([
      import('../training/train.js'),
      import('../training/job.js'),
    ]);
    const job = jobSchema.parse(task);
    await train(job, await runContextOf(job));
  },
  async features(task) {
    const [{ computeSlice }, { sliceJobSchema }] = await Promise.all([
      import('../training/feature-source.js'),
      import('../training/job.js'),
    ]);
    const job = sliceJobSchema.parse(task);
    await computeSlice(job, await contextOf(job));
  },
  async sweep(task) {
    const [{ sweep }, { sweepJobSchema }] = await Promise.all([
      import('../training/sweep.js'),
      import('../training/job.js'),
    ]);
    const job = sweepJobSchema.parse(task);
    await sweep(job, await contextOf(job));
  },
  async examine(task) {
    const [{ examine }, { examinationJobSchema }] = await Promise.all([
      import('../training/examine.js'),
      import('../training/job.js'),
    ]);
    const job = examinationJobSchema.parse(task);
    const context = { ...(await contextOf(job)), emit: emit<'examine'> };
    emit<'examine'>({ type: 'finished', findingsBlob: await examine(job, context) });
  },
  async probe(task) {
    const [{ probeSpeed }, { jobSchema }] = await Promise.all([
      import('../training/speed-probe.js'),
      import('../training/job.js'),
    ]);
    const job = jobSchema.parse(task);
    emit<'probe'>({ type: 'finished', probe: await probeSpeed(job, await runContextOf(job)) });
  },
  async quantize(task) {
    const [{ quantize }, { quantizationJobSchema }] = await Promise.all([
      import('../training/quantize.js'),
      import('../training/job.js'),
    ]);
    const job = quantizationJobSchema.parse(task);
    emit<'quantize'>({ type: 'finished', quantization: await quantize(job, await servingContextOf(job)) });
  },
  async calibrate(task) {
    const [{ fitCalibration }, { calibrationJobSchema }] = await Promise.all([
      import('../training/fit-calibration.js'),
      import('../training/job.js'),
    ]);
    const job = calibrationJobSchema.parse(task);
    emit<'calibrate'>({ type: 'finished', calibration: await fitCalibration(job, await servingContextOf(job)) });
  },
  async predict(task) {
    const [{ predict }, { predictionTaskSchema }] = await Promise.all([
      import('../training/predict.js'),
      import('../training/job.js'),
    ]);
    const job = predictionTaskSchema.parse(task);
    await predict(job, { ...(await servingContextOf(job)), emit: emit<'predict'> });
    emit<'predict'>({ type: 'finished' });
  },
  async import(task) {
    const [{ importModel }, { importJobSchema }] = await Promise.all([
      import('../training/model-import.js'),
      import('../training/job.js'),
    ]);
    const job = importJobSchema.parse(task);
    emit<'import'>({ type: 'finished', imported: await importModel(job, await servingContextOf(job)) });
  },
  async export(task) {
    const [{ exportModel }, { exportJobSchema }] = await Promise.all([
      import('../training/model-export.js'),
      import('../training/job.js'),
    ]);
    const job = exportJobSchema.parse(task);
    emit<'export'>({ type: 'finished', exported: await exportModel(job, await blobStore(job.blobPlace)) });
  },
  async project(task) {
    const [{ projectFeatures }, { projectionJobSchema }] = await Promise.all([
      import('../training/project-features.js'),
      import('../training/job.js'),
    ]);
    const job = projectionJobSchema.parse(task);
    emit<'project'>({ type: 'finished', projected: await projectFeatures(job, await blobStore(job.blobPlace)) });
  },
  async compile(job) {
    const { compileNetwork } = await import('../engines/compile-network.js');
    await compileNetwork(job, await blobStore(job.blobPlace));
    emit<'compile'>({ type: 'finished' });
  },
};

async function work<K extends JobKind>({ kind, job, isTimed }: Task<K>): Promise<void> {
  if (isTimed) onPart = (part) => emit({ type: 'part', ...part });
  // The API must answer while a worker uses every core, and a job that may take hours yields to all others.
  const { PRIORITY_BELOW_NORMAL, PRIORITY_LOW } = constants.priority;
  yieldTo(kind === 'compile' ? COMPILING : kind === 'predict' ? PRIORITY_LOW : PRIORITY_BELOW_NORMAL);
  const unwatch = kind === 'train' ? await reportSystemUse() : undefined;
  try {
    await (TASKS[kind] as (job: Tasks[JobKind]) => Promise<void>)(job);
  } catch (error) {
    emit(cancelled.signal.aborted ? { type: 'cancelled' } : failure(error));
  }
  unwatch?.();
  process.disconnect();
}

async function reportSystemUse(): Promise<() => void> {
  const { watchSystemUse } = await import('../training/system-use.js');
  return watchSystemUse((use) => emit<'train'>({ type: 'system', use }));
}

async function blobStore(place: BlobPlace) {
  const { openBlobs } = await import('../storage/blob-place.js');
  return openBlobs(place);
}

/** What training needs of the process. */
const surroundings = () => ({ threads, emit: emit<'train' | 'sweep'>, signal: cancelled.signal, onPart });

async function contextOf(job: Tasks['train']) {
  const { trainingContext } = await import('./task-context.js');
  return trainingContext(job, surroundings());
}

async function runContextOf(job: Tasks['train']) {
  const { runContext } = await import('./task-context.js');
  return runContext(job, surroundings());
}

async function servingContextOf(job: Pick<Tasks['quantize'], 'blobPlace'>) {
  const { servingContext } = await import('./task-context.js');
  return servingContext(job, threads, cancelled.signal);
}

function failure(error: unknown): TaskEnd {
  const cause = toHubError(error);
  if (cause instanceof HubError) return { type: 'failed', code: cause.code, message: cause.message };
  console.error(error); // the hub logs the standard error of its workers
  return { type: 'failed', code: 'INTERNAL', message: 'The job failed inside the hub; its log has the reason.' };
}

function emit<K extends JobKind>(event: Events[K] | TaskEnd | TimedPart): void {
  process.send?.(event);
}
