import { parentPort, workerData } from 'node:worker_threads';
import { HubError } from '../errors.js';
import { yieldTo } from '../priority.js';
import { FileBlobStore } from '../storage/file-blobs.js';
import type { Features, Forward, Sight, SightedForward } from './engine.js';
import { NetworkLoader, warmUp } from './network-loader.js';
import type {
  ExplainedPicture,
  NetworkSpec,
  ThreadAnswer,
  ThreadData,
  ThreadRequest,
} from './network-thread-messages.js';
import { readModel } from './onnx/classifier-model.js';
import type { GradCam } from './onnx/grad-cam.js';
import { OnnxEngine } from './onnx/onnx-engine.js';
import { readClassifier } from './read-classifier.js';

/** Behind what answers and decodes, before what trains. */
const NICENESS = 2;

/** The other side of NetworkThread: networks loaded here compute on this thread and hold up no other. */
const { blobFolder, threads, device, yields = false } = workerData as ThreadData;
// Elsewhere a priority is the whole process's. The threads that compute with this one are started by it, and take it over.
if (yields && process.platform === 'linux') yieldTo(NICENESS);
const engine = new OnnxEngine(threads, device);
const blobs = new FileBlobStore(blobFolder);
const loader = new NetworkLoader(engine, blobs);
let explainer: Promise<GradCam> | undefined;
const networks = new Map<string, Forward<Features> | SightedForward>();

parentPort?.on('message', async (request: ThreadRequest) => {
  try {
    answer({ id: request.id, type: 'done', result: await handle(request) });
  } catch (error) {
    const code = error instanceof HubError ? error.code : null;
    answer({ id: request.id, type: 'error', code, message: error instanceof Error ? error.message : String(error) });
  }
});

async function handle(request: ThreadRequest): Promise<Features | Sight | number | null> {
  if (request.type === 'explain') return explain(request.picture);
  const network = networks.get(request.network);
  switch (request.type) {
    case 'load': {
      const loaded = await load(request.spec);
      networks.set(request.network, loaded);
      return loaded.outFeatures;
    }
    case 'run':
      if (!network) throw new Error(`the network ${request.network} is not loaded`);
      return network.run(request.pixels, request.n);
    case 'look':
      if (!network || !('look' in network)) throw new Error(`the classifier ${request.network} is not loaded`);
      return network.look(request.pixels, request.n, request.maps);
    case 'unload':
      networks.delete(request.network);
      await network?.dispose();
      return null;
  }
}

/** The explainer is loaded when it is first needed; the thread is that of one version. */
async function explain({ network, maps, label }: ExplainedPicture): Promise<Float32Array> {
  explainer ??= readClassifier(blobs, network).then((spec) => engine.gradCam(spec));
  explainer.catch(() => {
    explainer = undefined; // the next one tries again
  });
  return (await explainer).explain(maps, label);
}

async function load(spec: NetworkSpec): Promise<Forward<Features> | SightedForward> {
  if ('upTo' in spec) return loader.loadFrozen(spec);
  const model = 'file' in spec ? spec.file : await readModel(blobs, spec);
  return warmUp(await engine.load(model, spec.size), spec.size);
}

function answer(message: ThreadAnswer): void {
  parentPort?.postMessage(message);
}
