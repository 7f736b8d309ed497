import { beforeAll, describe, expect, it } from 'vitest';
import type { Batch, Trainer, TrainerSpec, TrainerState } from '../../src/engines/engine.js';
import { head } from '../../src/network/head.js';
import { f32, type Tensor, type Weights } from '../../src/network/tensor.js';
import { rowWeights } from '../../src/training/class-weights.js';
import { type OpenEngine, TESTED_ENGINES } from '../support/engines.js';
import { reference, relativeError } from '../support/reference.js';

/** Made by test/reference/head_training.py: Keras trains the head with dropout off, batches in order. */
interface HeadTraining {
  featureCount: number;
  hidden: number;
  classes: number;
  examples: number;
  batch: number;
  learningRate: number;
  features: number[];
  labels: number[];
  initialWeights: Record<string, number[]>;
  firstGradient: Record<string, number[]>;
  weightsAfterStep: Record<string, Record<string, number[]>>;
  losses: number[];
  probabilities: number[];
}

interface ClassWeighted {
  classWeight: Record<string, number>;
  losses: number[];
  weightsAfterEpoch: Record<string, Record<string, number[]>>;
}

const keras = reference<HeadTraining>('head_training.json');
const { featureCount, hidden, classes, examples, batch: batchSize } = keras;
const layers = head(featureCount, { classes, hidden, dropout: 0.3 });
const shapes: Record<string, number[]> = {
  'dense/kernel': [featureCount, hidden],
  'dense/bias': [hidden],
  'predictions/kernel': [hidden, classes],
  'predictions/bias': [classes],
};

function startState(): TrainerState {
  const weights: Weights = new Map(
    Object.entries(shapes).map(([name, shape]): [string, Tensor] => [
      name,
      f32(shape, Float32Array.from(keras.initialWeights[name]!)),
    ]),
  );
  return { step: 0, weights, firstMoments: new Map(), secondMoments: new Map() };
}

let open: OpenEngine;

async function newTrainer(changes: Partial<TrainerSpec> = {}): Promise<Trainer> {
  return open.engine.trainer({
    layers,
    input: { name: 'avg_pool', shape: { height: 1, width: 1, channels: featureCount }, type: 'float32' },
    batchSize,
    weightDecay: 0,
    rates: new Map(),
    mixes: false,
    start: startState(),
    folded: new Map(),
    ...changes,
  });
}

/** The batch of a step: the examples in order, the last batch of an epoch smaller, as Keras cuts them. */
function batchOf(step: number): Batch {
  const perEpoch = Math.ceil(examples / batchSize);
  const from = (step % perEpoch) * batchSize;
  const to = Math.min(from + batchSize, examples);
  const targets = new Float32Array((to - from) * classes);
  for (let i = from; i < to; i++) targets[(i - from) * classes + keras.labels[i]!] = 1;
  return {
    features: Float32Array.from(keras.features.slice(from * featureCount, to * featureCount)),
    targets,
    count: to - from,
    masks: new Map(), // dropout off
  };
}

async function takeStep(trainer: Trainer, step: number): Promise<number> {
  const batch = batchOf(step);
  return (await trainer.take([{ passes: [batch], count: batch.count, learningRate: keras.learningRate }]))[0]!.loss;
}

describe.each(TESTED_ENGINES)('a head trained by $name', (engine) => {
  beforeAll(async () => {
    open = await engine.open();
  });

  it('takes the same first step as Keras: the moments hold the gradient', async () => {
    const trainer = await newTrainer();
    await takeStep(trainer, 0);
    const { firstMoments, secondMoments } = trainer.state();
    for (const [name, gradient] of Object.entries(keras.firstGradient)) {
      expect(relativeError(firstMoments.get(name)!.data, gradient), name).toBeLessThan(1e-5);
      const squared = gradient.map((value) => value * value);
      expect(relativeError(secondMoments.get(name)!.data, squared), name).toBeLessThan(1e-5);
    }
    await trainer.dispose();
  });

  it.each(['1', '10'])('has the weights of Keras after step %s, to 1e-4 of the change', async (steps) => {
    const trainer = await newTrainer();
    for (let step = 0; step < Number(steps); step++) await takeStep(trainer, step);
    const { weights } = trainer.state();
    for (const [name, expected] of Object.entries(keras.weightsAfterStep[steps]!)) {
      const change = (values: ArrayLike<number>): number[] =>
        Array.from(values, (value, i) => value - keras.initialWeights[name]![i]!);
      expect(relativeError(change(weights.get(name)!.data), change(expected)), name).toBeLessThan(1e-4);
    }
    await trainer.dispose();
  });

  it('follows the loss of Keras over fifty steps and ends with its probabilities', async () => {
    const trainer = await newTrainer();
    const losses: number[] = [];
    for (let step = 0; step < 50; step++) losses.push(await takeStep(trainer, step));
    expect(relativeError(losses, keras.losses)).toBeLessThan(1e-5);
    await trainer.dispose();
  });

  // test/reference/class_weights.py: fit with class_weight.
  it('follows the loss and the weights of Keras with class_weight', async () => {
    const expected = reference<ClassWeighted>('class_weights.json');
    const perClass = Float32Array.from({ length: classes }, (_, label) => expected.classWeight[label] ?? 1);
    const trainer = await newTrainer();
    const perEpoch = Math.ceil(examples / batchSize);
    const losses: number[] = [];
    for (let epoch = 1; epoch <= expected.losses.length; epoch++) {
      let sum = 0;
      for (let i = 0; i < perEpoch; i++) {
        const batch = batchOf(i);
        const passes = [{ ...batch, weights: rowWeights(batch.targets, perClass) }];
        const [step] = await trainer.take([{ passes, count: batch.count, learningRate: keras.learningRate }]);
        sum += step!.loss * batch.count;
      }
      losses.push(sum / examples);
      const { weights } = trainer.state();
      for (const [name, values] of Object.entries(expected.weightsAfterEpoch[epoch] ?? {})) {
        expect(relativeError(weights.get(name)!.data, values), name).toBeLessThan(1e-5);
      }
    }
    expect(relativeError(losses, expected.losses)).toBeLessThan(1e-5);
    await trainer.dispose();
  });

  it('ends with the probabilities of Keras', async () => {
    const trainer = await newTrainer();
    for (let step = 0; step < 60; step++) await takeStep(trainer, step);
    const probabilities = await trainer.predict(Float32Array.from(keras.features), examples);
    expect(relativeError(probabilities, keras.probabilities)).toBeLessThan(1e-5);
    await trainer.dispose();
  });

  it('goes on from a state exactly as if it had not been stopped', async () => {
    const undisturbed = await newTrainer();
    for (let step = 0; step < 7; step++) await takeStep(undisturbed, step);
    const first = await newTrainer();
    for (let step = 0; step < 3; step++) await takeStep(first, step);
    const second = await newTrainer({ start: first.state() });
    for (let step = 3; step < 7; step++) await takeStep(second, step);
    expect(second.state()).toEqual(undisturbed.state());
    await Promise.all([undisturbed, first, second].map((trainer) => trainer.dispose()));
  });

  it('drops what the mask says, forward and backward', async () => {
    const trainer = await newTrainer();
    const batch = batchOf(0);
    const nothingPasses = new Map([['dropout', new Float32Array(batch.count * hidden)]]);
    await trainer.take([
      { passes: [{ ...batch, masks: nothingPasses }], count: batch.count, learningRate: keras.learningRate },
    ]);
    const { firstMoments } = trainer.state();
    expect(firstMoments.get('dense/kernel')!.data.every((value) => value === 0)).toBe(true);
    expect(firstMoments.get('predictions/kernel')!.data.every((value) => value === 0)).toBe(true);
    expect(firstMoments.get('predictions/bias')!.data.some((value) => value !== 0)).toBe(true);
    await trainer.dispose();
  });

  it('takes the decay off kernels besides, and off nothing else', async () => {
    const weightDecay = 0.1;
    const [plain, decaying] = [await newTrainer(), await newTrainer({ weightDecay })];
    for (const trainer of [plain, decaying]) {
      const batch = batchOf(0);
      await trainer.take([{ passes: [batch], count: batch.count, learningRate: keras.learningRate }]);
    }
    const [without, withDecay] = [plain.state().weights, decaying.state().weights];
    for (const [name, { data }] of startState().weights) {
      const share = name.endsWith('/kernel') ? keras.learningRate * weightDecay : 0;
      const expected = Float32Array.from(without.get(name)!.data, (value, i) => value - share * data[i]!);
      expect(relativeError(withDecay.get(name)!.data as Float32Array, expected), name).toBeLessThan(1e-6);
    }
    const kernel = 'dense/kernel';
    expect(withDecay.get(kernel)!.data).not.toEqual(without.get(kernel)!.data);
    await plain.dispose();
    await decaying.dispose();
  });
});
