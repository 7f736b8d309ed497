import type { FirstTrainedLayer } from '../network/networks.js';
import type { BlobPlace } from '../storage/blob-place.js';
import type { Features, FeatureType, ForwardResult, InputSize } from './engine.js';
import type { OnnxDevice } from './onnx/session.js';

/** The frozen part of a network, identified by the blob of the backbone's weights. */
export interface FrozenNetwork {
  readonly backboneBlob: string;
  readonly size: InputSize;
  readonly firstTrainedLayer: FirstTrainedLayer;
  readonly type: FeatureType;
}

/** A whole network: a backbone, and the weights that a run trained. */
export interface ClassifierNetwork {
  readonly backboneBlob: string;
  readonly size: InputSize;
  readonly weightsBlob: string;
  /** Blob of the 8-bit form to compute with instead; null to compute with floats. */
  readonly quantizedBlob: string | null;
}

/** The class of a photo to explain, with the activations of its classification. */
export interface ExplainedPhoto {
  /** The 32-bit form explains, whichever form serves. */
  readonly network: Omit<ClassifierNetwork, 'quantizedBlob'>;
  /** Channels x height x width, from the classification. */
  readonly maps: Float32Array;
  /** Index of the class. */
  readonly label: number;
}

/** A compiled network, optimized for this machine: a file, and a second file with its weights. */
export interface CompiledNetwork {
  readonly file: string;
  readonly size: InputSize;
}

export type NetworkSpec = FrozenNetwork | ClassifierNetwork | CompiledNetwork;

/** A request to the thread; its answer carries the same id. */
export type ThreadRequest = { readonly id: number } & (
  | { readonly type: 'load'; readonly network: string; readonly spec: NetworkSpec }
  | { readonly type: 'run'; readonly network: string; readonly pixels: Uint8Array; readonly n: number }
  | {
      readonly type: 'runWithFeatures';
      readonly network: string;
      readonly pixels: Uint8Array;
      readonly n: number;
      readonly maps: boolean;
    }
  | ({ readonly type: 'explain' } & { readonly photo: ExplainedPhoto })
  | { readonly type: 'unload'; readonly network: string }
  | { readonly type: 'close' }
);

export type ThreadAnswer = { readonly id: number } & (
  | { readonly type: 'done'; readonly result: Features | ForwardResult | number | null }
  | { readonly type: 'error'; readonly code: string | null; readonly message: string }
);

/** The options of a thread. */
export interface ThreadData {
  readonly blobPlace: BlobPlace;
  /** Threads per network. */
  readonly threads: number;
  /** `cpu` by default. */
  readonly device?: OnnxDevice;
  /** Whether the other threads of the process take precedence, on systems with priorities per thread. */
  readonly yields?: boolean;
}
