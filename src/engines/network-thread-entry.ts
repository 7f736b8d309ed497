import { workerData } from 'node:worker_threads';
import { answerRequests } from '../answer-requests.js';
import { yieldTo } from '../priority.js';
import { moment } from '../tracing/tracing.js';
import type { ClassifierForward, Features, Forward, ForwardResult } from './engine.js';
import type { NetworkBuilder } from './network-builder.js';
import type { LoadedNetwork, NetworkSpec, ThreadData, ThreadRequest } from './network-thread-messages.js';
import type { OpenVinoForward } from './openvino/serve-network.js';

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

let builder: Promise<NetworkBuilder> | undefined;
const networks = new Map<string, Forward<Features> | ClassifierForward>();

answerRequests(handle);

async function handle(request: ThreadRequest): Promise<Features | ForwardResult | LoadedNetwork | null> {
  if (request.type === 'explain') return (await getBuilder()).explain(request.photo);
  const network = networks.get(request.network);
  switch (request.type) {
    case 'load': {
      const loaded = await load(request.spec);
      networks.set(request.network, loaded);
      return { outFeatures: loaded.outFeatures, handle: 'handle' in loaded ? loaded.handle : null };
    }
    case 'run':
      if (!network) throw new Error(`the network ${request.network} is not loaded`);
      return network.run(request.pixels, request.n);
    case 'runWithFeatures':
      if (!network || !('runWithFeatures' in network))
        throw new Error(`the classifier ${request.network} is not loaded`);
      return data.isTimed ? timed(network, request) : network.runWithFeatures(request.pixels, request.n, request.maps);
    case 'unload':
      networks.delete(request.network);
      await network?.dispose();
      return null;
  }
}

async function timed(
  network: ClassifierForward,
  { pixels, n, maps }: Extract<ThreadRequest, { readonly type: 'runWithFeatures' }>,
): Promise<ForwardResult> {
  const began = moment();
  const result = await network.runWithFeatures(pixels, n, maps);
  return { ...result, computed: { began, ended: moment() } };
}

async function load(spec: NetworkSpec): Promise<Forward<Features> | ClassifierForward | OpenVinoForward> {
  if ('firstTrainedLayer' in spec) return (await getBuilder()).frozen(spec);
  if (!('file' in spec)) return (await getBuilder()).classifier(spec);
  if (spec.form.runtime === 'OPENVINO') return (await import('./openvino/serve-network.js')).serveNetwork(spec, data);
  return warmUp(await openNetwork<Float32Array>(spec.file, spec.size, data), spec.size);
}

function getBuilder(): Promise<NetworkBuilder> {
  builder ??= import('./network-builder.js').then(({ NetworkBuilder }) => new NetworkBuilder(data));
  return builder;
}
