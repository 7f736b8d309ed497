import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Batch, Step, Trainer, TrainerSpec, TrainerState } from '../../src/engines/engine.js';
import { convolutions, matchBackbone } from '../../src/network/backbone-weights.js';
import { divideAt } from '../../src/network/cut.js';
import { type FoldedWeights, foldLayers, unfoldLayers } from '../../src/network/folded-weights.js';
import { head } from '../../src/network/head.js';
import type { Layer } from '../../src/network/layers.js';
import { readSafetensors } from '../../src/network/safetensors.js';
import { f32, type Weights } from '../../src/network/tensor.js';
import { type OpenEngine, TESTED_ENGINES } from '../support/engines.js';
import { hashedHead } from '../support/hashed-head.js';
import { reference, relativeError } from '../support/reference.js';

interface Watched {
  readonly norm: number;
  readonly samples: readonly number[];
}

/** Made by test/reference/fine_tuning.py: Keras trains all behind mixed5 from float16 activations, dropout off. */
const keras = reference<{
  labels: number[];
  featureShape: number[];
  featuresFloat16: string;
  hidden: number;
  classes: number;
  batch: number;
  learningRate: number;
  tensors: Record<
    string,
    { shape: number[]; step: number; firstGradient: Watched; changeAfterStep: Record<string, Watched> }
  >;
  losses: number[];
  probabilities: number[];
}>('fine_tuning.json');

const [examples, height, width, channels] = keras.featureShape as [number, number, number, number];
const bytes = Buffer.from(keras.featuresFloat16, 'base64');
const features = new Uint16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
const values = height * width * channels;
const headLayers = head(2048, { classes: keras.classes, hidden: keras.hidden, dropout: 0.3 });

let backbone: Weights;
let rest: readonly Layer[];
let folded: FoldedWeights;

beforeAll(() => {
  backbone = readSafetensors(readFileSync('backbones/inception_v3_tiny_imagenet_2.safetensors')).weights;
  ({ rest } = divideAt(matchBackbone(backbone).layers, 'mixed5'));
  folded = foldLayers(rest, backbone);
});

function startState(): TrainerState {
  const weights = new Map([...folded.weights, ...hashedHead(keras)]);
  return { step: 0, weights, firstMoments: new Map(), secondMoments: new Map() };
}

const spec = (): TrainerSpec => ({
  layers: [...rest, ...headLayers],
  input: { name: 'mixed5', shape: { height, width, channels }, type: 'float16' },
  batchSize: keras.batch,
  weightDecay: 0,
  rates: new Map(),
  mixes: false,
  start: startState(),
  folded: folded.factors,
});

let open: OpenEngine;

async function newTrainer(): Promise<Trainer> {
  return open.engine.trainer(spec());
}

function batchOf(from: number, to: number): Batch {
  const targets = new Float32Array((to - from) * keras.classes);
  for (let i = from; i < to; i++) targets[(i - from) * keras.classes + keras.labels[i]!] = 1;
  return { features: features.subarray(from * values, to * values), targets, count: to - from, masks: new Map() };
}

/** Batches of eight and four in turn, in parts. */
function stepsOf(count: number, passSize: number): Step[] {
  return Array.from({ length: count }, (_, step) => {
    const [from, to] = step % 2 === 0 ? [0, keras.batch] : [keras.batch, examples];
    const passes: Batch[] = [];
    for (let at = from; at < to; at += passSize) passes.push(batchOf(at, Math.min(at + passSize, to)));
    return { passes, count: to - from, learningRate: keras.learningRate };
  });
}

async function takeSteps(trainer: Trainer, count: number): Promise<number[]> {
  return (await trainer.take(stepsOf(count, trainer.passSize))).map(({ loss }) => loss);
}

/** As Keras has them: kernels and betas. */
const unfolded = (weights: Weights): Weights =>
  new Map([...weights, ...unfoldLayers(rest, weights, { backbone, factors: folded.factors })]);

/** Largest error of a sampled value, and the error of the norm, in units of the norm spread over all values. */
function expectAlike(name: string, actual: Float32Array, { norm, samples }: Watched, step: number): void {
  const typical = norm / Math.sqrt(actual.length);
  const worst = Math.max(...samples.map((value, i) => Math.abs(value - actual[i * step]!)));
  expect(worst / typical, `${name}, samples`).toBeLessThan(1e-3 * 10);
  expect(Math.abs(Math.hypot(...chunksOf(actual)) / norm - 1), `${name}, norm`).toBeLessThan(1e-3);
}

/** Norms of parts: Math.hypot takes arguments, and not a million of them. */
function chunksOf(data: Float32Array): number[] {
  const norms: number[] = [];
  for (let from = 0; from < data.length; from += 1000) norms.push(Math.hypot(...data.subarray(from, from + 1000)));
  return norms.length > 1000 ? chunksOf(Float32Array.from(norms)) : norms;
}

/** The first moments are sums (src/engines/adam.ts): after one step they are its gradients. */
function expectGradients(firstMoments: Weights): void {
  // The gradient by an unfolded kernel is the factor times that by the folded one; by a beta it is the bias's.
  const gradients = new Map(firstMoments);
  for (const { name, norm, filters } of convolutions(rest)) {
    const factor = folded.factors.get(`${name}/kernel`)!;
    const { shape, data } = firstMoments.get(`${name}/kernel`)!;
    gradients.set(
      `${name}/kernel`,
      f32(
        shape,
        Float32Array.from(data, (value, i) => value * factor[i % filters]!),
      ),
    );
    gradients.set(`${norm}/beta`, firstMoments.get(`${name}/bias`)!);
  }
  for (const [name, { firstGradient, step }] of Object.entries(keras.tensors)) {
    expectAlike(name, gradients.get(name)!.data as Float32Array, firstGradient, step);
  }
}

describe.each(TESTED_ENGINES)('$name, training everything after mixed5', (engine) => {
  beforeAll(async () => {
    open = await engine.open();
  });

  it('has the gradients of Keras for every kernel, beta and bias, moves them as far, and follows its loss over fifty steps to its probabilities', {
    timeout: 240_000,
  }, async () => {
    const trainer = await newTrainer();
    const before = unfolded(trainer.state().weights);
    const steps = stepsOf(50, trainer.passSize);
    const losses: number[] = [];
    let taken = 0;
    const takeUpTo = async (last: number): Promise<void> => {
      losses.push(...(await trainer.take(steps.slice(taken, last))).map(({ loss }) => loss));
      taken = last;
    };
    for (const last of ['1', '10']) {
      await takeUpTo(Number(last));
      if (taken === 1) expectGradients(trainer.state().firstMoments);
      const after = unfolded(trainer.state().weights);
      for (const [name, { changeAfterStep, step }] of Object.entries(keras.tensors)) {
        const start = before.get(name)!.data;
        const change = Float32Array.from(after.get(name)!.data, (value, i) => value - start[i]!);
        expectAlike(name, change, changeAfterStep[last]!, step);
      }
    }
    await takeUpTo(50);
    expect(relativeError(losses, keras.losses)).toBeLessThan(1e-3);
    expect(relativeError(await trainer.predict(features, examples), keras.probabilities)).toBeLessThan(1e-3);
    await trainer.dispose();
  });

  it('takes the same step in several passes where one would take too much memory', {
    timeout: 240_000,
  }, async () => {
    const trainer = await open.trainer(spec(), 4e6);
    expect(trainer.passSize).toBeLessThan(keras.batch);
    const losses = await takeSteps(trainer, 10);
    expect(relativeError(losses, keras.losses.slice(0, 10))).toBeLessThan(1e-3);
    await trainer.dispose();
  });

  it('takes the same steps one per call and several per call, bit by bit', {
    timeout: 240_000,
  }, async () => {
    const [single, several] = [await newTrainer(), await newTrainer()];
    const steps = stepsOf(3, several.passSize);
    const results = await several.take(steps);
    for (const [i, step] of steps.entries()) expect(await single.take([step])).toEqual([results[i]]);
    const [one, other] = [single.state(), several.state()];
    expect(one.step).toBe(other.step);
    for (const slot of ['weights', 'firstMoments', 'secondMoments'] as const) {
      for (const [name, { data }] of one[slot]) {
        expect(Buffer.from(data.buffer).equals(Buffer.from(other[slot].get(name)!.data.buffer)), name).toBe(true);
      }
    }
    await single.dispose();
    await several.dispose();
  });
});
