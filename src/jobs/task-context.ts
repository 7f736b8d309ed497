import { availableParallelism } from 'node:os';
import { resolveCompute } from '../engines/compute.js';
import type { Engine } from '../engines/engine.js';
import { type NetworkHost, NetworkLoader } from '../engines/network-loader.js';
import { NetworkThread } from '../engines/network-thread.js';
import { OnnxEngine } from '../engines/onnx/onnx-engine.js';
import type { OnnxDevice } from '../engines/onnx/session.js';
import { openEngine } from '../engines/open-engine.js';
import { type BlobPlace, openBlobs } from '../storage/blob-place.js';
import type { Job, QuantizationJob, SweepEvent, TrainingEvent } from '../training/job.js';

/** Context of training in a worker: blobs, the requested engine, and parallel networks. */
export async function trainingContext(
  { blobPlace, threads = availableParallelism(), compute = resolveCompute({}) }: Job,
  emit: (event: TrainingEvent | SweepEvent) => void,
  signal: AbortSignal,
) {
  const blobs = openBlobs(blobPlace);
  const { engine, notes } = await openEngine(compute, threads);
  for (const message of notes) emit({ type: 'log', message });
  return {
    blobs,
    engine,
    networkHosts: (images: number): readonly NetworkHost[] =>
      engine.info.name === 'onnx' ? startThreads(blobPlace, engine, images) : [new NetworkLoader(engine, blobs)],
    emit,
    signal,
  };
}

/** Context of work on model versions: always the engine that serves, also when another one trained them. */
export function servingContext(
  { blobPlace, threads = availableParallelism() }: Pick<QuantizationJob, 'blobPlace' | 'threads'>,
  signal: AbortSignal,
) {
  const engine = new OnnxEngine(threads);
  return {
    blobs: openBlobs(blobPlace),
    engine,
    networkThreads: (images: number) => startThreads(blobPlace, engine, images),
    signal,
  };
}

/** Most parallel networks; each takes some 300 MB. */
const NETWORKS = 4;
/** Images per additional network, which takes half a second to start. */
const IMAGES_PER_NETWORK = 100;

/**
 * Starts one network per thread. One thread per core computes more images than one network on all cores, especially
 * when other work is running. Their number is limited, since each has its own copy of the weights. A GPU runs one network.
 */
function startThreads(blobPlace: BlobPlace, { info }: Engine, images: number): readonly NetworkThread[] {
  const device = info.device as OnnxDevice;
  const most = device === 'cpu' ? Math.min(info.threads, NETWORKS) : 1;
  const data = { blobPlace, threads: Math.floor(info.threads / most), device };
  const count = Math.max(1, Math.min(most, Math.ceil(images / IMAGES_PER_NETWORK)));
  return Array.from({ length: count }, () => new NetworkThread(data));
}
