import type { Normalization } from '../network/folded-weights.js';
import type { Layer, Shape } from '../network/layers.js';
import type { FirstTrainedLayer } from '../network/networks.js';
import type { Weights } from '../network/tensor.js';

/** Sizes of a network's input: it takes RGB bytes of one size and resizes them to the size it computes at. */
export interface InputSize {
  /** Side in pixels of the square input images. */
  readonly input: number;
  /** Side in pixels of the square that the network computes at, at least 75. */
  readonly image: number;
}

/** A backbone up to and including a layer, in inference mode. */
export interface FrozenSpec {
  readonly backbone: Weights;
  readonly size: InputSize;
  readonly firstTrainedLayer: FirstTrainedLayer;
  /** Type of the output. */
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

/** Allocates features, filled with zeros. */
export function newFeatures(type: FeatureType, length: number): Features {
  return type === 'float16' ? new Uint16Array(length) : new Float32Array(length);
}

/** The trainable part of a network and its initial state. */
export interface TrainerSpec {
  /** In the order of computation; the last one is a dense layer with softmax. */
  readonly layers: readonly Layer[];
  /** The input of the first layers: its name, shape and type. */
  readonly input: { readonly name: string; readonly shape: Shape; readonly type: FeatureType };
  /** Examples per step; a last, smaller batch is allowed. */
  readonly batchSize: number;
  /** Decoupled weight decay of kernels, times the learning rate. Biases, and the betas folded into them, do not decay. */
  readonly weightDecay: number;
  /** Share of the learning rate and of the decay, by weight name; 1 for a weight that is not listed. */
  readonly rates: ReadonlyMap<string, number>;
  /** Whether batches may carry a `mix`. */
  readonly mixes: boolean;
  readonly start: TrainerState;
  /**
   * By convolution kernel: the factor per output channel that is folded into it. Steps follow the unfolded kernel, as Keras
   * trains it.
   */
  readonly folded: ReadonlyMap<string, Float32Array>;
  /**
   * By convolution that normalizes by the statistics of the batch: epsilon and gain. Its bias then follows the normalization, and its state has the moving averages `layer/mean` and `layer/variance` of what the folded kernel gives.
   */
  readonly norms?: ReadonlyMap<string, Normalization> | undefined;
}

/** Everything that training changes; training restored from it continues with the same numbers. */
export interface TrainerState {
  /** Steps taken. */
  readonly step: number;
  /** `layer/kernel` and `layer/bias`; convolutions have their batch normalization folded in. Also the moving averages of `norms`. */
  readonly weights: Weights;
  /** Adam's first and second moments, by weight name; empty before the first step. */
  readonly firstMoments: Weights;
  readonly secondMoments: Weights;
}

/** The examples of one pass. */
export interface Batch {
  /** count x values per example, row-major; maps as height x width x channels. */
  readonly features: Features;
  /** count x classes: target probabilities, one-hot or smoothed. */
  readonly targets: Float32Array;
  readonly count: number;
  /** By dropout layer: count x units factors, 0 or 1 / (1 - rate). A layer without an entry drops nothing. */
  readonly masks: ReadonlyMap<string, Float32Array>;
  /**
   * count factors of the examples' losses; all 1 without it. The loss is the weighted sum divided by the number of examples, as
   * Keras's `sum_over_batch_size`.
   */
  readonly weights?: Float32Array;
  /** Mixing of the examples, for a trainer with `mixes`; without it they are not mixed. */
  readonly mix?: Mix;
}

/** Each example becomes `own` of itself plus 1 - `own` of its partner. The targets of a batch are already mixed. */
export interface Mix {
  readonly own: number;
  /** By example: index of its partner in the batch. */
  readonly partners: Int32Array;
}

/** Figures of one optimizer step. */
export interface StepResult {
  /** Mean categorical cross-entropy of the batch before the update, in nats; weighted if the batch is. */
  readonly loss: number;
  /** Examples whose most probable class was their target's, before the update. */
  readonly correct: number;
}

/** A loaded network: pixels in, rows of values out. `dispose` frees its memory. */
export interface Forward<T extends Features = Float32Array> {
  /** Output values per image. */
  readonly outFeatures: number;
  /** @param pixels n x input x input x 3 bytes, RGB. @returns n x outFeatures. */
  run(pixels: Uint8Array, n: number): Promise<T>;
  dispose(): Promise<void>;
}

/** The output of a classifier, with the activations that led to it. */
export interface ForwardResult {
  /** n x classes. */
  readonly probabilities: Float32Array;
  /** n x channels: the head's input; null if the form of the network does not output it. */
  readonly features: Float32Array | null;
  /** n x channels x height x width of the layer `lastMaps`; null also if they were not asked for. */
  readonly maps: Float32Array | null;
  /** When the network computed it, in milliseconds since 1970, on a thread that is asked to say so. */
  readonly computed?: { readonly began: number; readonly ended: number };
}

/** A loaded classifier that can also return the activations that led to its answers. */
export interface ClassifierForward extends Forward {
  /** Like `run`, with features. @param maps whether to return the maps too, which are large. */
  runWithFeatures(pixels: Uint8Array, n: number, maps: boolean): Promise<ForwardResult>;
}

/** The input of one optimizer step. */
export interface Step {
  /** A batch in parts of `passSize` examples. Their gradients are added up, so the step is that of the whole batch. */
  readonly passes: AsyncIterable<Batch> | Iterable<Batch>;
  /** Examples in all passes. */
  readonly count: number;
  readonly learningRate: number;
}

/** Trains the part of a network that a `TrainerSpec` describes. */
export interface Trainer {
  /** Examples per pass: the whole batch, or fewer if that would take too much memory. */
  readonly passSize: number;
  /** Fastest number of steps per call: a call has a fixed cost, and cannot be interrupted. */
  readonly stepsPerCall: number;
  /** Takes the steps in order: forward pass, backward pass and Adam's update for each. */
  take(steps: readonly Step[]): Promise<readonly StepResult[]>;
  /** Computes class probabilities without dropout. @returns n x classes. */
  predict(features: Features, n: number): Promise<Float32Array>;
  /** A copy of the current state. */
  state(): TrainerState;
  dispose(): Promise<void>;
}

/** Decoded images as the input of a network. */
export interface PixelBatch {
  /** n x input x input x 3 bytes, RGB. */
  readonly pixels: Uint8Array;
  readonly n: number;
}

/** Makes classifiers with 8-bit weights and activations, which are faster and slightly less exact. */
export interface Quantizer {
  /**
   * Quantizes a classifier.
   * @param batches images from which the ranges of activations are measured.
   * @returns the network as a file of the engine: ONNX for ONNX Runtime.
   * @throws DATASET_REFUSED when there are no batches.
   */
  quantize(spec: ClassifierSpec, batches: AsyncIterable<PixelBatch>): Promise<Uint8Array>;
  /** Loads a file that `quantize` made. */
  load(file: Uint8Array, size: InputSize): Promise<ClassifierForward>;
}

/** Name and version of an engine, and where it computes. Every engine passes the same parity tests; runs record theirs. */
export interface EngineInfo {
  readonly name: 'onnx' | 'openvino' | 'tensorflow';
  readonly version: string;
  readonly device: string;
  readonly threads: number;
}

/** Why an engine trains a run. */
export interface EngineChoice {
  /** Name and version of the engine that computes the features, where it is another one. */
  readonly features: string | null;
  /** A sentence. */
  readonly reason: string;
}

/** A library that computes networks. */
export interface Engine {
  readonly info: EngineInfo;
  frozen(spec: FrozenSpec): Promise<Forward<Features>>;
  classifier(spec: ClassifierSpec): Promise<Forward>;
  trainer(spec: TrainerSpec): Promise<Trainer>;
}
