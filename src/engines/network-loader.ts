import { readSafetensors } from '../network/safetensors.js';
import type { BlobStore } from '../storage/blobs.js';
import type { Engine, Features, Forward, InputSize } from './engine.js';
import type { FrozenNetwork } from './network-thread-messages.js';

/** A thread on which frozen networks can be loaded: this one, or a NetworkThread. */
export interface NetworkHost {
  loadFrozen(spec: FrozenNetwork): Promise<Forward<Features>>;
  close(): Promise<void>;
}

/** Builds networks from blobs; they compute on the calling thread. */
export class NetworkLoader implements NetworkHost {
  constructor(
    private readonly engine: Engine,
    private readonly blobs: BlobStore,
  ) {}

  async loadFrozen({ backboneBlob, size, firstTrainedLayer, type }: FrozenNetwork): Promise<Forward<Features>> {
    const backbone = readSafetensors(await this.blobs.get(backboneBlob)).weights;
    return warmUp(await this.engine.frozen({ backbone, size, firstTrainedLayer, type }), size);
  }

  async close(): Promise<void> {}
}

/** Runs a network once, since the first run allocates the memory that later runs reuse. */
export async function warmUp<N extends Forward<Features>>(network: N, { input }: InputSize): Promise<N> {
  await network.run(new Uint8Array(input * input * 3), 1);
  return network;
}
