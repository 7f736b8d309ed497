import type { SplitLayer } from '../network/inception-v3.js';
import type { Layer } from '../network/layers.js';
import type { Weights } from '../network/tensor.js';

/** What pictures a network takes: RGB bytes of one size, resized by the network itself to the size it computes at. */
export interface PictureSize {
  /** Side in pixels of the square pictures that come in. */
  readonly input: number;
  /** Side in pixels of the square the network sees, at least 75. */
  readonly image: number;
}

/** A backbone up to a layer, in inference mode. */
export interface FrozenSpec {
  readonly backbone: Weights;
  readonly size: PictureSize;
  readonly upTo: SplitLayer;
}

/** A whole network for classification. */
export interface ClassifierSpec {
  readonly backbone: Weights;
  readonly head: readonly Layer[];
  readonly headWeights: Weights;
  readonly size: PictureSize;
}

/** The part that learns, and how it starts. */
export interface TrainerSpec {
  readonly layers: readonly Layer[];
  /** Values per example that come in. */
  readonly inFeatures: number;
  /** Examples per step; a last, smaller batch is allowed. */
  readonly batchSize: number;
  readonly start: TrainerState;
}

/** Everything that training changes: restoring it continues exactly where it was taken. */
export interface TrainerState {
  /** Steps taken. */
  readonly step: number;
  readonly weights: Weights;
  /** Adam's first and second moments by weight name; empty before the first step. */
  readonly firstMoments: Weights;
  readonly secondMoments: Weights;
}

export interface Batch {
  /** count x inFeatures, row-major. */
  readonly features: Float32Array;
  /** count class indices. */
  readonly labels: Int32Array;
  readonly count: number;
  /** By dropout layer: count x units factors, 0 or 1 / (1 - rate). A layer that is left out drops nothing. */
  readonly masks: ReadonlyMap<string, Float32Array>;
}

export interface StepResult {
  /** Mean categorical cross-entropy of the batch before the update, in nats. */
  readonly loss: number;
  /** Examples whose most probable class was right, before the update. */
  readonly correct: number;
}

/** A loaded network. Pictures and features in, floats out; `dispose` frees its memory. */
export interface Forward {
  /** Values per example that come out. */
  readonly outFeatures: number;
  /** @param pixels n x input x input x 3 bytes, RGB. @returns n x outFeatures. */
  run(pixels: Uint8Array, n: number): Promise<Float32Array>;
  dispose(): Promise<void>;
}

export interface Trainer {
  /** One forward and backward pass and one Adam step. */
  step(batch: Batch, learningRate: number): Promise<StepResult>;
  /** Class probabilities without dropout. @returns n x classes. */
  predict(features: Float32Array, n: number): Promise<Float32Array>;
  /** A copy of the present state. */
  state(): TrainerState;
  dispose(): Promise<void>;
}

/** Who computes. Every engine passes the same parity tests; a run's record names the one it used. */
export interface EngineInfo {
  readonly name: 'onnx' | 'tensorflow';
  readonly version: string;
  readonly device: string;
  readonly threads: number;
}

export interface Engine {
  readonly info: EngineInfo;
  frozen(spec: FrozenSpec): Promise<Forward>;
  classifier(spec: ClassifierSpec): Promise<Forward>;
  trainer(spec: TrainerSpec): Promise<Trainer>;
}
