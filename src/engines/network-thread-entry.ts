import { parentPort, workerData } from 'node:worker_threads';
import { HubError } from '../errors.js';
import { yieldTo } from '../priority.js';
import type { ClassifierForward, Features, Forward, ForwardResult } from './engine.js';
import type { NetworkBuilder } from './network-builder.js';
import type { NetworkSpec, ThreadAnswer, ThreadData, ThreadRequest } from './network-thread-messages.js';

/** Niceness of serving threads: below answering and decoding, above training. */
const NICENESS = 2;

/** The thread that NetworkThread starts: networks loaded here compute on it without blocking other threads. */
const data = workerData as ThreadData;
// Only Linux has priorities per thread. Threads that this one starts to compute inherit its priority.
if (data.yields && process.platform === 'linux') yieldTo(NICENESS);
// Imported after the priority is set. Serving a network that is already built needs no more than these two modules.
const [{ openNetwork }, { warmUp }] = await Promise.all([
  import('./onnx/open-network.js'),
  import('./network-loader.js'),
]);
type Computation = Exclude<ThreadRequest, { readonly type: 'close' }>;

let builder: Promise<NetworkBuilder> | undefined;
const networks = new Map<string, Forward<Features> | ClassifierForward>();

const computing = new Set<Promise<void>>();

parentPort?.on('message', (request: ThreadRequest) => {
  if (request.type === 'close') return void exitWhenIdle();
  const work = serve(request);
  computing.add(work);
  void work.then(() => computing.delete(work));
});

async function exitWhenIdle(): Promise<void> {
  await Promise.all(computing);
  process.exit();
}

async function serve(request: Computation): Promise<void> {
  try {
    answer({ id: request.id, type: 'done', result: await handle(request) });
  } catch (error) {
    const code = error instanceof HubError ? error.code : null;
    answer({ id: request.id, type: 'error', code, message: error instanceof Error ? error.message : String(error) });
  }
}

async function handle(request: Computation): Promise<Features | ForwardResult | number | null> {
  if (request.type === 'explain') return (await getBuilder()).explain(request.photo);
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
    case 'runWithFeatures':
      if (!network || !('runWithFeatures' in network))
        throw new Error(`the classifier ${request.network} is not loaded`);
      return network.runWithFeatures(request.pixels, request.n, request.maps);
    case 'unload':
      networks.delete(request.network);
      await network?.dispose();
      return null;
  }
}

async function load(spec: NetworkSpec): Promise<Forward<Features> | ClassifierForward> {
  if ('firstTrainedLayer' in spec) return (await getBuilder()).frozen(spec);
  if (!('file' in spec)) return (await getBuilder()).classifier(spec);
  return warmUp(await openNetwork<Float32Array>(spec.file, spec.size, data), spec.size);
}

function getBuilder(): Promise<NetworkBuilder> {
  builder ??= import('./network-builder.js').then(({ NetworkBuilder }) => new NetworkBuilder(data));
  return builder;
}

function answer(message: ThreadAnswer): void {
  parentPort?.postMessage(message);
}
