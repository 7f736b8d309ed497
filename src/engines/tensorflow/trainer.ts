import { setImmediate } from 'node:timers/promises';
import type { NamedTensorMap, Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { type DenseLayer, inferShapes, kernelShape, type Layer, type Shape } from '../../network/layers.js';
import type { Batch, Features, Mix, Step, StepResult, Trainer, TrainerSpec, TrainerState } from '../engine.js';
import { evenPasses, PASS_BYTES } from '../pass-size.js';
import { Adam } from './adam.js';
import { BatchNorms } from './batch-norms.js';
import { fromHalf } from './half-floats.js';
import type { Kernels } from './kernels.js';
import { computeLayers } from './layers.js';
import type { TensorFlow } from './library.js';

/** Copies of an activation in memory at once: itself, its gradient, and intermediate values. */
const COPIES = 3;
/** Most input values per prediction, to limit memory. */
const PREDICTION_VALUES = 1 << 20;

/** Trains with tfjs's automatic differentiation. */
export class TensorFlowTrainer implements Trainer {
  readonly passSize: number;
  /** Every operation is already a call of its own. */
  readonly stepsPerCall = 1;
  readonly #shapes: ReadonlyMap<string, Shape>;
  readonly #adam: Adam;
  readonly #norms: BatchNorms;

  /** @param passBytes most bytes of activations per pass. */
  constructor(
    private readonly tf: TensorFlow,
    private readonly kernels: Kernels,
    private readonly spec: TrainerSpec,
    passBytes: number = PASS_BYTES,
  ) {
    const { layers, input, batchSize } = spec;
    this.#shapes = inferShapes(layers, input.shape, input.name);
    const values = layers.map(({ name }) => valuesOf(this.#shapes.get(name) as Shape)).reduce((a, b) => a + b, 0);
    const bytes = COPIES * Float32Array.BYTES_PER_ELEMENT * values;
    this.passSize = evenPasses(batchSize, Math.floor(passBytes / bytes));
    this.#adam = new Adam(tf, spec, learnedNames(layers, spec.start));
    this.#norms = new BatchNorms(tf, spec);
  }

  async take(steps: readonly Step[]): Promise<readonly StepResult[]> {
    const results: StepResult[] = [];
    for (const step of steps) {
      results.push(await this.#take(step));
      await setImmediate(); // steps compute on this thread: handle messages of the hub between them
    }
    return results;
  }

  async predict(features: Features, n: number): Promise<Float32Array> {
    const { tf } = this;
    const values = features.length / n;
    const rows = Math.max(1, Math.min(512, Math.floor(PREDICTION_VALUES / values)));
    const probabilities = new Float32Array(n * this.#classes);
    for (let from = 0; from < n; from += rows) {
      const count = Math.min(rows, n - from);
      const part = features.subarray(from * values, (from + count) * values);
      const result = tf.tidy(() => tf.softmax(this.#logits(this.#input(part, count))));
      probabilities.set((await result.data()) as Float32Array, from * this.#classes);
      result.dispose();
    }
    return probabilities;
  }

  state(): TrainerState {
    const { weights, ...rest } = this.#adam.state();
    return { ...rest, weights: new Map([...weights, ...this.#norms.state()]) };
  }

  async dispose(): Promise<void> {
    this.#adam.dispose();
    this.#norms.dispose();
  }

  get #classes(): number {
    return (this.spec.layers.at(-1) as DenseLayer).units;
  }

  async #take(step: Step): Promise<StepResult> {
    const { tf } = this;
    let loss = 0;
    let correct = 0;
    let sums: NamedTensorMap = {};
    for await (const pass of step.passes) {
      const result = tf.tidy(() => this.#gradients(pass, step.count));
      loss += ((await result.loss.data()) as Float32Array)[0] as number;
      correct += ((await result.correct.data()) as Int32Array)[0] as number;
      tf.dispose([result.loss, result.correct]);
      this.#norms.follow();
      sums = this.#add(sums, result.gradients);
    }
    const byVariable = sums;
    const named = Array.from(this.#adam.weights, ([name, { name: key }]) => [name, byVariable[key] as Tensor] as const);
    this.#adam.take(new Map(named), step);
    tf.dispose(sums);
    return { loss, correct };
  }

  /** @param count examples of the whole batch: the loss is a mean over all of them. */
  #gradients(batch: Batch, count: number): { loss: Scalar; correct: Scalar; gradients: NamedTensorMap } {
    const { tf } = this;
    const targets = tf.tensor2d(batch.targets, [batch.count, this.#classes]);
    const given = this.#input(batch.features, batch.count);
    const input = this.#repeated(mixed(tf, given, batch.mix), given);
    const rows = input.shape[0] as number;
    const masks = new Map(Array.from(batch.masks, ([name, mask]) => [name, maskOf(tf, mask, batch.count, rows)]));
    let correct: Scalar | undefined;
    const { value, grads } = tf.variableGrads(() => {
      const logits = tf.slice2d(this.#logits(input, masks), [0, 0], [batch.count, this.#classes]);
      correct = tf.keep(tf.sum(tf.equal(tf.argMax(logits, 1), tf.argMax(targets, 1))) as Scalar);
      const losses = tf.neg(tf.sum(tf.mul(targets, tf.logSoftmax(logits)), 1));
      const weighted = batch.weights ? tf.mul(losses, tf.tensor1d(batch.weights)) : losses;
      return tf.div(tf.sum(weighted), count) as Scalar;
    }, [...this.#adam.weights.values()]);
    return { loss: value, correct: correct as Scalar, gradients: grads };
  }

  /** @param masks factors by dropout layer while it trains. */
  #logits(input: Tensor, masks?: ReadonlyMap<string, Tensor>): Tensor2D {
    const { layers } = this.spec;
    const { tf, kernels } = this;
    const normalize = (layer: string, y: Tensor): Tensor => this.#norms.normalize(layer, y, masks !== undefined);
    const context = {
      tf,
      kernels,
      weights: this.#adam.weights,
      shapes: this.#shapes,
      normalize,
      ...(masks ? { masks } : {}),
    };
    const all = computeLayers(context, layers, new Map([[this.spec.input.name, input]]));
    return all.get((layers.at(-1) as Layer).name) as Tensor2D;
  }

  /** Examples again after a smaller batch, so that statistics are those of a whole pass. */
  #repeated(examples: Tensor, given: Tensor): Tensor {
    const { tf, passSize } = this;
    const count = given.shape[0] as number;
    if (this.#norms.isEmpty || count === passSize) return examples;
    const again = Int32Array.from({ length: passSize - count }, (_, i) => i % count);
    return tf.concat([examples, tf.gather(given, tf.tensor1d(again, 'int32'))]);
  }

  #input(features: Features, n: number): Tensor {
    const { height, width, channels } = this.spec.input.shape;
    const floats = features instanceof Uint16Array ? fromHalf(features) : features;
    const pooled = (this.spec.layers[0] as Layer).kind === 'dense';
    return this.tf.tensor(floats, pooled ? [n, channels] : [n, height, width, channels]);
  }

  #add(sums: NamedTensorMap, gradients: NamedTensorMap): NamedTensorMap {
    const { tf } = this;
    const added = Object.entries(gradients).map(([name, gradient]) => {
      const sum = sums[name];
      return [name, sum ? tf.add(sum, gradient) : gradient] as const;
    });
    const result = Object.fromEntries(added);
    if (Object.keys(sums).length > 0) tf.dispose([sums, gradients]);
    return result;
  }
}

/** Factors of a dropout layer, [rows, units]; rows that are no examples drop nothing. */
function maskOf(tf: TensorFlow, mask: Float32Array, count: number, rows: number): Tensor {
  const units = mask.length / count;
  const factors = new Float32Array(rows * units).fill(1);
  factors.set(mask);
  return tf.tensor2d(factors, [rows, units]);
}

/** Mixup: partner + own * (x - partner), which leaves an example that is its own partner exactly unchanged. */
function mixed(tf: TensorFlow, features: Tensor, mix: Mix | undefined): Tensor {
  if (!mix) return features;
  const partners = tf.gather(features, tf.tensor1d(mix.partners, 'int32'));
  return tf.add(partners, tf.mul(tf.sub(features, partners), mix.own));
}

function valuesOf({ height, width, channels }: Shape): number {
  return height * width * channels;
}

/** Names of the trainable weights. @throws Error when the initial state lacks one, or its shape differs. */
function learnedNames(layers: readonly Layer[], { weights }: TrainerState): readonly string[] {
  const shapes = layers.flatMap((layer): [string, readonly number[]][] => {
    const { name, kind } = layer;
    if (kind !== 'conv' && kind !== 'dense') return [];
    const kernel = kind === 'conv' ? kernelShape(layer) : [layer.inFeatures, layer.units];
    return [
      [`${name}/kernel`, kernel],
      [`${name}/bias`, kernel.slice(-1)],
    ];
  });
  for (const [name, shape] of shapes) {
    if (weights.get(name)?.shape.join() !== shape.join()) {
      throw new Error(`${name} has no start of shape [${shape.join(', ')}]`);
    }
  }
  return shapes.map(([name]) => name);
}
