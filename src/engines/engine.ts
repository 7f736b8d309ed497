import type { FirstTrainedLayer } from '../network/inception-v3.js';
import type { Layer, Shape } from '../network/layers.js';
import type { Weights } from '../network/tensor.js';

/** What batches a network takes: RGB bytes of one size, resized by the network itself to the size it computes at. */
export interface InputSize {
  /** Side in pixels of the square batches that come in. */
  readonly input: number;
  /** Side in pixels of the square the network sees, at least 75. */
  readonly image: number;
}

/** A backbone up to a layer, in inference mode. */
export interface FrozenSpec {
  readonly backbone: Weights;
  readonly size: InputSize;
  readonly firstTrainedLayer: FirstTrainedLayer;
  /** Of what comes out. */
  readonly type: FeatureType;
}

/** A whole network for classification. */
export interface ClassifierSpec {
  readonly backbone: Weights;
  readonly head: readonly Layer[];
  readonly headWeights: Weights;
  readonly size: InputSize;
}

/** Values of activations: floats, or the bits of 16-bit floats (IEEE 754 binary16). */
export type Features = Float32Array | Uint16Array;
export type FeatureType = 'float32' | 'float16';

/** Zeros. */
export function newFeatures(type: FeatureType, length: number): Features {
  return type === 'float16' ? new Uint16Array(length) : new Float32Array(length);
}

/** The part that learns, and how it starts. */
export interface TrainerSpec {
  /** In the order in which they compute; the last one is a dense layer with softmax. */
  readonly layers: readonly Layer[];
  /** What the first of them read: its name, its shape, and the type in which it comes. */
  readonly input: { readonly name: string; readonly shape: Shape; readonly type: FeatureType };
  /** Examples per step; a last, smaller batch is allowed. */
  readonly batchSize: number;
  /** What a step takes off every kernel, times the learning rate. Biases, and the betas folded into them, keep all. */
  readonly weightDecay: number;
  /** By weight, the share of the learning rate that it takes, and of the decay with it; all of it where none is named. */
  readonly rates: ReadonlyMap<string, number>;
  /** Whether batches say how their examples are mixed. */
  readonly mixes: boolean;
  readonly start: TrainerState;
  /**
   * By kernel of a convolution: the factor per output channel that is folded into it. Steps are those of the unfolded
   * kernel, as Keras trains it.
   */
  readonly folded: ReadonlyMap<string, Float32Array>;
}

/** Everything that training changes: restoring it continues exactly where it was taken. */
export interface TrainerState {
  /** Steps taken. */
  readonly step: number;
  /** `layer/kernel` and `layer/bias`; those of convolutions with the batch normalization folded in. */
  readonly weights: Weights;
  /** Adam's first and second moments by weight name; empty before the first step. */
  readonly firstMoments: Weights;
  readonly secondMoments: Weights;
}

export interface Batch {
  /** count x values of an example, row-major; maps as height x width x channels. */
  readonly features: Features;
  /** count x classes: what the probabilities should be, one-hot or softer. */
  readonly targets: Float32Array;
  readonly count: number;
  /** By dropout layer: count x units factors, 0 or 1 / (1 - rate). A layer that is left out drops nothing. */
  readonly masks: ReadonlyMap<string, Float32Array>;
  /** How its examples are mixed, for a trainer that mixes; as they are where it is left out. */
  readonly mix?: Mix;
}

/** Each example becomes `own` of itself and 1 - `own` of its partner. The targets of a batch are mixed already. */
export interface Mix {
  readonly own: number;
  /** By example, the place of its partner in the batch. */
  readonly partners: Int32Array;
}

export interface StepResult {
  /** Mean categorical cross-entropy of the batch before the update, in nats. */
  readonly loss: number;
  /** Examples whose most probable class was that of their target, before the update. */
  readonly correct: number;
}

/** A loaded network. Pictures in, rows of values out; `dispose` frees its memory. */
export interface Forward<T extends Features = Float32Array> {
  /** Values per example that come out. */
  readonly outFeatures: number;
  /** @param pixels n x input x input x 3 bytes, RGB. @returns n x outFeatures. */
  run(pixels: Uint8Array, n: number): Promise<T>;
  dispose(): Promise<void>;
}

/** What a classifier computed of batches, and on the way there. */
export interface ForwardResult {
  /** n x classes. */
  readonly probabilities: Float32Array;
  /** n x channels, what the head reads; null where the form of the network does not give it. */
  readonly features: Float32Array | null;
  /** n x channels x height x width of the layer `lastMaps`; null too where they are not asked for. */
  readonly maps: Float32Array | null;
}

/** A loaded classifier that serves. */
export interface ClassifierForward extends Forward {
  /** `run`, and what led to it. @param maps whether to give them: they are large. */
  runWithFeatures(pixels: Uint8Array, n: number, maps: boolean): Promise<ForwardResult>;
}

/** What one optimizer step goes by. */
export interface Step {
  /** A batch, in parts of `passSize` examples. Their gradients are added up: what comes out is the step of all of it. */
  readonly passes: AsyncIterable<Batch> | Iterable<Batch>;
  /** Examples in all of them. */
  readonly count: number;
  readonly learningRate: number;
}

export interface Trainer {
  /** Examples of a batch that it takes at once: all, or fewer where all would take too much memory. */
  readonly passSize: number;
  /** Steps of a call that are the fastest: a call has a cost of its own, and cannot be interrupted. */
  readonly stepsPerCall: number;
  /** Forward pass, backward pass and Adam's step, one after the other for each of the steps. */
  take(steps: readonly Step[]): Promise<readonly StepResult[]>;
  /** Class probabilities without dropout. @returns n x classes. */
  predict(features: Features, n: number): Promise<Float32Array>;
  /** A copy of the present state. */
  state(): TrainerState;
  dispose(): Promise<void>;
}

/** Pictures as a network takes them. */
export interface PixelBatch {
  /** n x input x input x 3 bytes, RGB. */
  readonly pixels: Uint8Array;
  readonly n: number;
}

/** What of an engine makes classifiers that compute with 8-bit weights and activations: faster, a little less exact. */
export interface Quantizer {
  /**
   * @param batches by which the ranges of activations are told.
   * @returns the network in a file of the engine's own: ONNX where that is the engine.
   * @throws DATASET_REFUSED when there are no batches.
   */
  quantize(spec: ClassifierSpec, batches: AsyncIterable<PixelBatch>): Promise<Uint8Array>;
  /** Loads such a file. */
  load(file: Uint8Array, size: InputSize): Promise<ClassifierForward>;
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
  frozen(spec: FrozenSpec): Promise<Forward<Features>>;
  classifier(spec: ClassifierSpec): Promise<Forward>;
  trainer(spec: TrainerSpec): Promise<Trainer>;
}
