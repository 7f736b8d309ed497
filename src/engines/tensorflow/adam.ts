import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import { ADAM, adamStepSize, SCALED_EPSILON } from '../adam.js';
import type { Step, TrainerSpec, TrainerState } from '../engine.js';
import type { TensorFlow } from './library.js';
import { tensorOf, weightsOf } from './tensors.js';

/** A weight with its moments and the constants of its update. */
interface Learned {
  readonly weight: Variable;
  readonly first: Variable;
  readonly second: Variable;
  /** By output channel: the folded factor, times the weight's rate. A scalar if there is no factor. */
  readonly scale: Tensor;
  /** Epsilon by output channel, or a scalar. */
  readonly epsilon: Tensor;
  /** Weight decay, times the weight's rate; 0 for biases. */
  readonly decay: number;
}

/** Weights and moments, updated in place by Adam's step in the form of `../adam.ts`. */
export class Adam {
  readonly #learned: ReadonlyMap<string, Learned>;
  #step: number;

  constructor(
    private readonly tf: TensorFlow,
    { start, folded, rates, weightDecay }: TrainerSpec,
    names: readonly string[],
  ) {
    this.#step = start.step;
    const variable = (weights: TrainerState['weights'], name: string): Variable =>
      tf.tidy(() => tf.variable(weights.has(name) ? tensorOf(tf, weights, name) : tf.zeros([...shapeOf(name)])));
    const shapeOf = (name: string): readonly number[] => start.weights.get(name)!.shape;
    this.#learned = new Map(
      names.map((name) => {
        const factors = folded.get(name) ?? Float32Array.of(1);
        const rate = rates.get(name) ?? 1;
        return [
          name,
          {
            weight: variable(start.weights, name),
            first: variable(start.firstMoments, name),
            second: variable(start.secondMoments, name),
            scale: tf.tensor1d(factors.map((factor) => factor * rate)),
            epsilon: tf.tensor1d(factors.map((factor) => SCALED_EPSILON / factor)),
            decay: shapeOf(name).length > 1 ? weightDecay * rate : 0, // kernels only
          },
        ];
      }),
    );
  }

  get weights(): ReadonlyMap<string, Variable> {
    return this.#slot('weight');
  }

  /** Takes one step. @param gradients by weight. */
  take(gradients: ReadonlyMap<string, Tensor>, { learningRate }: Step): void {
    const { tf } = this;
    this.#step += 1;
    const stepSize = adamStepSize(learningRate, this.#step);
    for (const [name, { weight, first, second, scale, epsilon, decay }] of this.#learned) {
      const gradient = gradients.get(name) as Tensor;
      tf.tidy(() => {
        first.assign(tf.add(tf.mul(first, ADAM.beta1), gradient));
        second.assign(tf.add(tf.mul(second, ADAM.beta2), tf.square(gradient)));
        const direction = tf.div(first, tf.add(tf.sqrt(second), epsilon));
        const step = tf.mul(direction, tf.mul(scale, stepSize));
        weight.assign(tf.sub(weight, decay > 0 ? tf.add(step, tf.mul(weight, learningRate * decay)) : step));
      });
    }
  }

  state(): TrainerState {
    return {
      step: this.#step,
      weights: weightsOf(this.#slot('weight')),
      firstMoments: weightsOf(this.#slot('first')),
      secondMoments: weightsOf(this.#slot('second')),
    };
  }

  dispose(): void {
    for (const { weight, first, second, scale, epsilon } of this.#learned.values()) {
      for (const tensor of [weight, first, second, scale, epsilon]) tensor.dispose();
    }
  }

  #slot(slot: 'weight' | 'first' | 'second'): ReadonlyMap<string, Variable> {
    return new Map(Array.from(this.#learned, ([name, learned]) => [name, learned[slot]]));
  }
}
