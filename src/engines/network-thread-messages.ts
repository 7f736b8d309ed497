import type { FirstTrainedLayer } from '../network/inception-v3.js';
import type { Features, FeatureType, ForwardResult, InputSize } from './engine.js';
import type { OnnxDevice } from './onnx/session.js';

/** The frozen part of a network, by the blob with the backbone's weights. */
export interface FrozenNetwork {
  readonly backboneBlob: string;
  readonly size: InputSize;
  readonly firstTrainedLayer: FirstTrainedLayer;
  readonly type: FeatureType;
}

/** A whole network: a backbone, and what a run trained of it and its head. */
export interface ClassifierNetwork {
  readonly backboneBlob: string;
  readonly size: InputSize;
  readonly weightsBlob: string;
  /** The same network with 8-bit weights and activations, which computes in its place; null is none. */
  readonly quantizedBlob: string | null;
}

/** Of what a classifier said of a picture, what is to be explained. */
export interface ExplainedPhoto {
  /** The floats are asked, in whatever form it serves. */
  readonly network: Omit<ClassifierNetwork, 'quantizedBlob'>;
  /** Channels x height x width, as the classifier gave them. */
  readonly maps: Float32Array;
  /** Index of the class. */
  readonly label: number;
}

/** A whole network that was built before: a file, and one with its weights beside it, optimized for this machine. */
export interface CompiledNetwork {
  readonly file: string;
  readonly size: InputSize;
}

export type NetworkSpec = FrozenNetwork | ClassifierNetwork | CompiledNetwork;

/** What is asked of the thread; the answer carries the same id. */
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

export type ThreadAnswer = { readonly id: number } & (
  | { readonly type: 'done'; readonly result: Features | ForwardResult | number | null }
  | { readonly type: 'error'; readonly code: string | null; readonly message: string }
);

/** What the thread is started with. */
export interface ThreadData {
  readonly blobFolder: string;
  /** Threads that one network computes with. */
  readonly threads: number;
  /** `cpu` where none is named. */
  readonly device?: OnnxDevice;
  /** Whether the other threads of the process go before it, where the system can tell threads apart. */
  readonly yields?: boolean;
}
