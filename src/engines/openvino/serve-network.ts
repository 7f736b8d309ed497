import { readFile } from 'node:fs/promises';
import type { ClassifierForward } from '../engine.js';
import type { CompiledNetwork, LaneNetwork, LoadedNetwork } from '../network-thread-messages.js';
import { loadOpenVino } from './library.js';
import { OpenVinoNetwork } from './openvino-network.js';

/** A classifier that this thread computes, and the address of its compiled network, which other lanes can open. */
export type OpenVinoForward = ClassifierForward & LoadedNetwork;

/**
 * Loads a network to serve and warms it up. The first of several lanes loads one with a stream for each of them; the others
 * open requests of their own on it, so all share its weights.
 */
export async function serveNetwork(
  spec: CompiledNetwork | LaneNetwork,
  { threads }: { readonly threads: number },
): Promise<OpenVinoForward> {
  const openVino = loadOpenVino();
  const { lanes: streams, handle } = 'lanes' in spec ? spec : { lanes: 1, handle: null };
  const compile = async () => {
    const options = { threads: threads * streams, streams, bf16: spec.form.precision === 'BF16' };
    return OpenVinoNetwork.compile(openVino, await readFile(spec.file), options);
  };
  const network = handle === null ? await compile() : OpenVinoNetwork.of(openVino, handle);
  return { ...network.open(spec.size), handle: network.handle };
}
