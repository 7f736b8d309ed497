import { parentPort, workerData } from 'node:worker_threads';
import { HubError } from '../errors.js';
import { overlay } from '../network/backbone-weights.js';
import { headOf } from '../network/head.js';
import { readSafetensors } from '../network/safetensors.js';
import type { Weights } from '../network/tensor.js';
import { FileBlobStore } from '../storage/file-blobs.js';
import type { Features, Forward } from './engine.js';
import type {
  ClassifierNetwork,
  FrozenNetwork,
  NetworkSpec,
  ThreadAnswer,
  ThreadData,
  ThreadRequest,
} from './network-thread-messages.js';
import { OnnxEngine } from './onnx/onnx-engine.js';

/** The other side of NetworkThread: networks loaded here compute on this thread and hold up no other. */
const { blobFolder, threads } = workerData as ThreadData;
const blobs = new FileBlobStore(blobFolder);
const engine = new OnnxEngine(threads);
const networks = new Map<string, Forward<Features>>();

parentPort?.on('message', async (request: ThreadRequest) => {
  try {
    answer({ id: request.id, type: 'done', result: await handle(request) });
  } catch (error) {
    const code = error instanceof HubError ? error.code : null;
    answer({ id: request.id, type: 'error', code, message: error instanceof Error ? error.message : String(error) });
  }
});

async function handle(request: ThreadRequest): Promise<Features | number | null> {
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
    case 'unload':
      networks.delete(request.network);
      await network?.dispose();
      return null;
  }
}

/** Builds a network and runs it once: the first run allocates what all later ones use. */
async function load(spec: NetworkSpec): Promise<Forward<Features>> {
  const { size } = spec;
  const network = await ('upTo' in spec ? loadFrozen(spec) : loadClassifier(spec));
  await network.run(new Uint8Array(size.input * size.input * 3), 1);
  return network;
}

async function loadFrozen({ backboneBlob, size, upTo, type }: FrozenNetwork): Promise<Forward<Features>> {
  return engine.frozen({ backbone: await read(backboneBlob), size, upTo, type });
}

async function loadClassifier({ backboneBlob, weightsBlob, size }: ClassifierNetwork): Promise<Forward> {
  const trained = await read(weightsBlob);
  const backbone = overlay(await read(backboneBlob), trained);
  return engine.classifier({ backbone, size, head: headOf(trained), headWeights: trained });
}

async function read(blob: string): Promise<Weights> {
  return readSafetensors(await blobs.get(blob)).weights;
}

function answer(message: ThreadAnswer): void {
  parentPort?.postMessage(message);
}
