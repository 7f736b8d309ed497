import { resolveCompute } from '../engines/compute.js';
import type { EngineInfo } from '../engines/engine.js';
import { type NetworkHost, NetworkLoader } from '../engines/network-loader.js';
import { NetworkThread } from '../engines/network-thread.js';
import { OnnxEngine } from '../engines/onnx/onnx-engine.js';
import type { OnnxDevice } from '../engines/onnx/session.js';
import { openEngine } from '../engines/open-engine.js';
import { findOpenVino } from '../engines/openvino/find-openvino.js';
import { OpenVinoEngine } from '../engines/openvino/openvino-engine.js';
import { stepSpeeds } from '../engines/step-speeds.js';
import { findTfjs, installationOf } from '../engines/tensorflow/tfjs-package.js';
import { type BlobPlace, openBlobs } from '../storage/blob-place.js';
import { chooseEngine } from '../training/choose-engine.js';
import type { Job, QuantizationJob, SweepEvent, TrainingEvent } from '../training/job.js';
import type { TaskContext } from '../training/train.js';

/** What training needs of the process in which it runs. */
interface Surroundings extends Pick<TaskContext, 'signal' | 'onPart'> {
  readonly threads: number;
  readonly emit: (event: TrainingEvent | SweepEvent) => void;
}

/** Context of training in a worker: blobs, the requested engine, and parallel networks. */
export async function trainingContext(
  { blobPlace, compute = resolveCompute({}) }: Job,
  { threads, emit, signal, onPart }: Surroundings,
) {
  const blobs = openBlobs(blobPlace);
  const { engine, notes } = await openEngine(compute, threads);
  for (const message of notes) emit({ type: 'log', message });
  return {
    blobs,
    engine,
    networkHosts: (images: number): readonly NetworkHost[] =>
      engine.info.name === 'tensorflow'
        ? [new NetworkLoader(engine, blobs)]
        : startThreads(blobPlace, engine.info, images),
    emit,
    signal,
    onPart,
  };
}

/** Context of a run in a worker: that of training, with the engine that takes the steps. */
export async function runContext(job: Job, surroundings: Surroundings) {
  const { emit, signal } = surroundings;
  const context = await trainingContext(job, surroundings);
  const { blobs, engine: base } = context;
  const { threads } = base.info;
  const found = findTfjs();
  const open = async () => (await openEngine({ engine: 'tensorflow', device: 'cpu' }, threads)).engine;
  const tensorFlow = found ? { id: installationOf(found), open } : null;
  const compute = job.compute ?? resolveCompute({});
  const parts = { blobs, signal, compute, base, tensorFlow, measure: stepSpeeds };
  const { engine, choice, notes } = await chooseEngine(job, parts);
  for (const message of notes) emit({ type: 'log', message });
  return { ...context, engine, choice };
}

/** Context of work on model versions: always the engine that serves, also when another one trained them. */
export function servingContext(
  { blobPlace }: Pick<QuantizationJob, 'blobPlace'>,
  threads: number,
  signal: AbortSignal,
) {
  const engine = new OnnxEngine(threads);
  return {
    blobs: openBlobs(blobPlace),
    engine,
    openOpenVino: () => openOpenVino(threads),
    networkThreads: (images: number) => startThreads(blobPlace, engine.info, images),
    signal,
  };
}

/** OpenVINO where it is installed. @returns null where it is not, or does not load, which standard error then says. */
function openOpenVino(threads: number): OpenVinoEngine | null {
  if (!findOpenVino()) return null;
  try {
    return new OpenVinoEngine(threads);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return null;
  }
}

/** Most parallel networks; each takes some 300 MB. */
const NETWORKS = 4;
/** Images per additional network, which takes half a second to start. */
const IMAGES_PER_NETWORK = 100;

/**
 * Starts one network per thread. One thread per core computes more images than one network on all cores, especially
 * when other work is running. Their number is limited, since each has its own copy of the weights. A GPU runs one network.
 */
function startThreads(blobPlace: BlobPlace, info: EngineInfo, images: number): readonly NetworkThread[] {
  const device = info.device as OnnxDevice;
  const engine = info.name === 'openvino' ? info.name : 'onnx';
  const most = device === 'cpu' ? Math.min(info.threads, NETWORKS) : 1;
  const data = { blobPlace, engine, threads: Math.floor(info.threads / most), device } as const;
  const count = Math.max(1, Math.min(most, Math.ceil(images / IMAGES_PER_NETWORK)));
  return Array.from({ length: count }, () => new NetworkThread(data));
}
