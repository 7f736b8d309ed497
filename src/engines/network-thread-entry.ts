import { parentPort, workerData } from 'node:worker_threads';
import { HubError } from '../errors.js';
import { FileBlobStore } from '../storage/file-blobs.js';
import { classifierSpec, readWeights } from './classifier-spec.js';
import type { Features, Forward } from './engine.js';
import type { FrozenNetwork, NetworkSpec, ThreadAnswer, ThreadData, ThreadRequest } from './network-thread-messages.js';
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
  const network = await open(spec);
  await network.run(new Uint8Array(size.input * size.input * 3), 1);
  return network;
}

async function open(spec: NetworkSpec): Promise<Forward<Features>> {
  if ('file' in spec) return engine.load(spec);
  if ('upTo' in spec) return openFrozen(spec);
  return engine.classifier(await classifierSpec(blobs, spec));
}

async function openFrozen({ backboneBlob, size, upTo, type }: FrozenNetwork): Promise<Forward<Features>> {
  return engine.frozen({ backbone: await readWeights(blobs, backboneBlob), size, upTo, type });
}

function answer(message: ThreadAnswer): void {
  parentPort?.postMessage(message);
}
