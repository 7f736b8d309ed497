import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import type { Weights } from '../../network/tensor.js';
import { STATISTICS_MOMENTUM } from '../batch-norm.js';
import type { TrainerSpec } from '../engine.js';
import type { TensorFlow } from './library.js';
import { tensorOf, weightsOf } from './tensors.js';

interface Norm {
  readonly epsilon: Tensor;
  readonly gain: Tensor;
  readonly mean: Variable;
  readonly variance: Variable;
}

/** Statistics of a batch, by channel. */
type Statistics = Readonly<Record<'mean' | 'variance', Tensor>>;

/** Batch normalizations with the statistics of the batch, and their moving averages. */
export class BatchNorms {
  readonly #norms: ReadonlyMap<string, Norm>;
  readonly #batch = new Map<string, Statistics>();

  constructor(
    private readonly tf: TensorFlow,
    { norms = new Map(), start }: Pick<TrainerSpec, 'norms' | 'start'>,
  ) {
    const average = (name: string): Variable => tf.tidy(() => tf.variable(tensorOf(tf, start.weights, name), false));
    this.#norms = new Map(
      Array.from(norms, ([layer, { epsilon, gain }]) => [
        layer,
        {
          epsilon: tf.tensor1d(epsilon),
          gain: tf.tensor1d(gain),
          mean: average(`${layer}/mean`),
          variance: average(`${layer}/variance`),
        },
      ]),
    );
  }

  get isEmpty(): boolean {
    return this.#norms.size === 0;
  }

  /** Normalizes what a convolution gives, [n, height, width, channels]; returns other layers' values as they are. */
  normalize(layer: string, y: Tensor, training: boolean): Tensor {
    const { tf } = this;
    const norm = this.#norms.get(layer);
    if (!norm) return y;
    const { mean, variance } = training ? tf.moments(y, [0, 1, 2]) : norm;
    if (training) this.#batch.set(layer, { mean: tf.keep(tf.clone(mean)), variance: tf.keep(tf.clone(variance)) });
    return tf.mul(tf.sub(y, mean), tf.mul(norm.gain, tf.rsqrt(tf.add(variance, norm.epsilon))));
  }

  /** Moves the averages towards the statistics of the last batch. */
  follow(): void {
    const { tf } = this;
    for (const [layer, batch] of this.#batch) {
      const norm = this.#norms.get(layer) as Norm;
      for (const of of ['mean', 'variance'] as const) {
        const average = norm[of];
        tf.tidy(() => average.assign(tf.add(average, tf.mul(tf.sub(batch[of], average), 1 - STATISTICS_MOMENTUM))));
        batch[of].dispose();
      }
    }
    this.#batch.clear();
  }

  /** The averages, under their names in a trainer's state. */
  state(): Weights {
    const averages = Array.from(this.#norms, ([layer, { mean, variance }]): [string, Tensor][] => [
      [`${layer}/mean`, mean],
      [`${layer}/variance`, variance],
    ]);
    return weightsOf(new Map(averages.flat()));
  }

  dispose(): void {
    for (const { epsilon, gain, mean, variance } of this.#norms.values()) {
      for (const tensor of [epsilon, gain, mean, variance]) tensor.dispose();
    }
  }
}
