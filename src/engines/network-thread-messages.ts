import type { FirstTrainedLayer } from '../network/networks.js';
import type { BlobPlace } from '../storage/blob-place.js';
import type { FeatureType, InputSize } from './engine.js';
import type { NetworkForm } from './network-form.js';
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
  /** ONNX Runtime's by default, with the precision that `quantizedBlob` says. */
  readonly form?: NetworkForm;
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

/**
 * A network to serve, as a file: for ONNX Runtime optimized for this machine, with a second file for its weights; for OpenVINO,
 * which optimizes it when it is loaded, the network as it is.
 */
export interface CompiledNetwork {
  readonly file: string;
  readonly size: InputSize;
  readonly form: NetworkForm;
}

/** A compiled network as one of several lanes. Those of OpenVINO share what the first one has loaded. */
export interface LaneNetwork extends CompiledNetwork {
  /** Lanes of the network. */
  readonly lanes: number;
  /** What the first lane has loaded; null for the first one. */
  readonly handle: bigint | null;
}

/** The result of loading a network. */
export interface LoadedNetwork {
  /** Output values per image. */
  readonly outFeatures: number;
  /** Address in the process of what other threads can share; null where they cannot. */
  readonly handle: bigint | null;
}

export type NetworkSpec = FrozenNetwork | ClassifierNetwork | CompiledNetwork | LaneNetwork;

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
);

/** The options of a thread. */
export interface ThreadData {
  /** Engine that computes frozen networks, `onnx` by default. */
  readonly engine?: 'onnx' | 'openvino';
  readonly blobPlace: BlobPlace;
  /** Threads per network. */
  readonly threads: number;
  /** `cpu` by default. */
  readonly device?: OnnxDevice;
  /** Whether the other threads of the process take precedence, on systems with priorities per thread. */
  readonly yields?: boolean;
  /** Whether results say when they were computed. */
  readonly isTimed?: boolean;
}
