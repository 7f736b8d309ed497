import type { SplitLayer } from '../network/inception-v3.js';
import type { PictureSize } from './engine.js';

/** A network by the blobs that hold its weights: a backbone up to a layer, or a backbone with a head. */
export type NetworkSpec = { readonly backboneBlob: string; readonly size: PictureSize } & (
  | { readonly upTo: SplitLayer }
  | { readonly headBlob: string }
);

/** What is asked of the thread; the answer carries the same id. */
export type ThreadRequest = { readonly id: number } & (
  | { readonly type: 'load'; readonly network: string; readonly spec: NetworkSpec }
  | { readonly type: 'run'; readonly network: string; readonly pixels: Uint8Array; readonly n: number }
  | { readonly type: 'unload'; readonly network: string }
);

export type ThreadAnswer = { readonly id: number } & (
  | { readonly type: 'done'; readonly result: Float32Array | number | null }
  | { readonly type: 'error'; readonly code: string | null; readonly message: string }
);

/** What the thread is started with. */
export interface ThreadData {
  readonly blobFolder: string;
  /** Threads that one network computes with. */
  readonly threads: number;
}
