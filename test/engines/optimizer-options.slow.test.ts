import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { STATISTICS_MOMENTUM } from '../../src/engines/batch-norm.js';
import type { Batch, Mix, Trainer, TrainerSpec } from '../../src/engines/engine.js';
import { convolutions, gammaName, matchBackbone } from '../../src/network/backbone-weights.js';
import { divideAt } from '../../src/network/cut.js';
import { foldLayers, foldNorms, unfoldLayers } from '../../src/network/folded-weights.js';
import { head } from '../../src/network/head.js';
import { featureShape } from '../../src/network/networks.js';
import { f32, type Tensor, type Weights } from '../../src/network/tensor.js';
import { randomStream, uniform } from '../../src/random.js';
import { initialWeights } from '../../src/training/initial-weights.js';
import { layerRates } from '../../src/training/layer-rates.js';
import { mixTargets } from '../../src/training/mixup.js';
import { type OpenEngine, TESTED_ENGINES } from '../support/engines.js';
import { narrowBackbone } from '../support/narrow-backbone.js';
import { relativeError } from '../support/reference.js';

const CLASSES = 3;
const BATCH = 6;
/** Bytes of activations that let two examples through at once, or three. */
const TWO_AT_ONCE = 150_000;

const backbone = narrowBackbone();
const { rest } = divideAt(matchBackbone(backbone).layers, 'mixed6');
const folded = foldLayers(rest, backbone);
const norms = foldNorms(rest, backbone, folded);
const layers = [...rest, ...head(128, { classes: CLASSES, hidden: 16, dropout: 0 })];
const shape = featureShape('InceptionV3 x 0.0625', 75, 'mixed6');
const values = shape.height * shape.width * shape.channels;

let open: OpenEngine;

async function newTrainer(changes: Partial<TrainerSpec>, passBytes?: number): Promise<Trainer> {
  const spec: TrainerSpec = {
    layers,
    input: { name: 'mixed6', shape, type: 'float32' },
    batchSize: BATCH,
    weightDecay: 0,
    rates: new Map(),
    mixes: false,
    start: {
      step: 0,
      weights: new Map([...folded.weights, ...initialWeights(layers, 1)]),
      firstMoments: new Map(),
      secondMoments: new Map(),
    },
    folded: folded.factors,
    ...changes,
  };
  const trainer = await open.trainer(spec, passBytes);
  onTestFinished(() => trainer.dispose());
  return trainer;
}

const BY_BATCH: Partial<TrainerSpec> = {
  norms: norms.norms,
  start: {
    step: 0,
    weights: new Map([...folded.weights, ...norms.weights, ...initialWeights(layers, 1)]),
    firstMoments: new Map(),
    secondMoments: new Map(),
  },
};

/** Passes of so many examples each. */
function passesOf(sizes: readonly number[]): Batch[] {
  const random = randomStream(1, 'examples');
  return sizes.map((count) => ({
    features: new Float32Array(count * values).map(() => Math.max(0, uniform(random) - 0.3)),
    targets: new Float32Array(count * CLASSES).map((_, i) =>
      i % CLASSES === Math.floor(i / CLASSES) % CLASSES ? 1 : 0,
    ),
    count,
    masks: new Map(),
  }));
}

async function takeStep(trainer: Trainer, passes: readonly Batch[], learningRate = 0.01): Promise<number> {
  const count = passes.reduce((sum, pass) => sum + pass.count, 0);
  return (await trainer.take([{ passes, count, learningRate }]))[0]!.loss;
}

/** Rows of so many values, mixed one by one. */
function mixedRows(rows: Float32Array, width: number, { own, partners }: Mix): Float32Array {
  return rows.map((value, i) => {
    const partner = rows[partners[Math.floor(i / width)]! * width + (i % width)]!;
    return own * value + (1 - own) * partner;
  });
}

function differences(weights: Weights, name: string, from: ArrayLike<number>): Float32Array {
  return Float32Array.from(weights.get(name)!.data, (value, i) => value - from[i]!);
}

it('knows how many blocks lie between a layer and the head', () => {
  const rates = layerRates(layers, 0.5);
  // Behind mixed6 are ten convolutions of mixed7, six of mixed8, nine of mixed9 and nine of mixed10.
  for (const [name, rate] of Object.entries({
    predictions: 1,
    dense: 1,
    conv2d_93: 0.5,
    conv2d_85: 0.5,
    conv2d_84: 0.25,
    conv2d_76: 0.25,
    conv2d_75: 0.125,
    conv2d_70: 0.125,
    conv2d_69: 0.0625,
    conv2d_60: 0.0625,
  })) {
    expect([rates.get(`${name}/kernel`), rates.get(`${name}/bias`)], name).toEqual([rate, rate]);
  }
});

describe.each(TESTED_ENGINES)('the options of an optimizer by $name', (engine) => {
  beforeAll(async () => {
    open = await engine.open();
  });

  it.each<[string, readonly Mix[], number | undefined]>([
    ['a batch', [{ own: 0.7, partners: Int32Array.of(3, 0, 2, 5, 1, 4) }], undefined],
    ['a last, smaller batch', [{ own: 0.2, partners: Int32Array.of(2, 0, 3, 1) }], undefined],
    [
      'a batch in several passes, the last one smaller',
      [
        { own: 0.6, partners: Int32Array.of(1, 0) },
        { own: 0.6, partners: Int32Array.of(0, 1) },
        { own: 0.6, partners: Int32Array.of(0) },
      ],
      TWO_AT_ONCE,
    ],
  ])('has the gradients of examples that were mixed before: %s', async (_, mixes, passBytes) => {
    const passes = passesOf(mixes.map(({ partners }) => partners.length));
    const before = passes.map((pass, i) => ({
      ...pass,
      features: mixedRows(pass.features as Float32Array, values, mixes[i]!),
      targets: mixedRows(pass.targets, CLASSES, mixes[i]!),
    }));
    const within = passes.map((pass, i) => ({ ...pass, targets: mixTargets(pass.targets, mixes[i]!), mix: mixes[i]! }));
    const [plain, mixing] = [await newTrainer({}, passBytes), await newTrainer({ mixes: true }, passBytes)];
    expect(plain.passSize < BATCH).toBe(passBytes !== undefined);
    const loss = await takeStep(plain, before);
    expect(await takeStep(mixing, within)).toBeCloseTo(loss, 5);
    const [expected, gradients] = [plain.state().firstMoments, mixing.state().firstMoments];
    for (const [name, { data }] of expected) {
      expect(relativeError(gradients.get(name)!.data, data), name).toBeLessThan(1e-4);
    }
    const unmixed = await newTrainer({}, passBytes);
    expect(await takeStep(unmixed, passes)).not.toBeCloseTo(loss, 3);
  });

  it('mixes nothing into examples that are their own partners, and nothing while it predicts', async () => {
    const [plain, mixing] = [await newTrainer({}), await newTrainer({ mixes: true })];
    const passes = passesOf([BATCH]);
    expect(await takeStep(mixing, passes)).toBe(await takeStep(plain, passes));
    expect(mixing.state()).toEqual(plain.state());
    const { features } = passes[0]!;
    expect(await mixing.predict(features, BATCH)).toEqual(await plain.predict(features, BATCH));
  });

  it('predicts with the moving statistics what it predicts with folded ones', async () => {
    const [{ features }] = passesOf([BATCH]) as [Batch];
    const [plain, normed] = [
      await (await newTrainer({})).predict(features, BATCH),
      await (await newTrainer(BY_BATCH)).predict(features, BATCH),
    ];
    expect(relativeError(normed, plain)).toBeLessThan(1e-4);
  });

  // Three times the gamma of every normalization, in kernels that contain it, and three times every beta: after a ReLU all
  // features are three times as large, which the head undoes.
  it('keeps the gamma that kernels contain, which the statistics of batches would undo', async () => {
    const times = ({ shape, data }: Tensor, factor: number): Tensor =>
      f32(
        shape,
        Float32Array.from(data, (value) => value * factor),
      );
    const scaled = new Map(backbone);
    for (const layer of convolutions(rest)) {
      for (const name of [`${layer.name}/kernel`, `${layer.norm}/moving_mean`, `${layer.norm}/beta`])
        scaled.set(name, times(backbone.get(name) as Tensor, 3));
      scaled.set(gammaName(layer), f32([layer.filters], new Float32Array(layer.filters).fill(3)));
    }
    const ofScaled = foldLayers(rest, scaled);
    const scaledNorms = foldNorms(rest, scaled, ofScaled);
    const headWeights = new Map(initialWeights(layers, 1));
    headWeights.set('dense/kernel', times(headWeights.get('dense/kernel') as Tensor, 1 / 3));
    const start = {
      ...BY_BATCH.start!,
      weights: new Map([...ofScaled.weights, ...scaledNorms.weights, ...headWeights]),
    };
    const trainers = [
      await newTrainer(BY_BATCH),
      await newTrainer({ norms: scaledNorms.norms, folded: ofScaled.factors, start }),
    ];
    const [pass] = passesOf([BATCH]) as [Batch];
    const [plainLoss, sameLoss] = [
      await takeStep(trainers[0]!, [pass], 1e-9),
      await takeStep(trainers[1]!, [pass], 1e-9),
    ];
    expect(Math.abs(sameLoss / plainLoss - 1)).toBeLessThan(0.01); // epsilons weigh less there
    const lost = new Map(
      [...scaledNorms.norms].map(([name, { epsilon, gain }]) => [name, { epsilon, gain: gain.map(() => 1) }]),
    );
    const losing = await newTrainer({ norms: lost, folded: ofScaled.factors, start });
    expect(Math.abs((await takeStep(losing, [pass], 1e-9)) / plainLoss - 1)).toBeGreaterThan(0.03);
    const back = unfoldLayers(rest, trainers[1]!.state().weights, { backbone: scaled, factors: ofScaled.factors });
    const [first] = convolutions(rest);
    const ofFirst = (weights: Weights): ArrayLike<number> => weights.get(`${first!.norm}/moving_variance`)!.data;
    const plainBack = unfoldLayers(rest, trainers[0]!.state().weights, { backbone, factors: folded.factors });
    expect(relativeError(ofFirst(back), ofFirst(plainBack))).toBeLessThan(1e-4);
  });

  it.each<[string, number, number | undefined]>([
    ['a batch', BATCH, undefined],
    ['a smaller batch', 2, undefined],
    ['each pass of a batch', BATCH, TWO_AT_ONCE],
  ])('moves the statistics towards those of %s, by channel', async (_, examples, passBytes) => {
    const trainer = await newTrainer(BY_BATCH, passBytes);
    expect(trainer.passSize < BATCH).toBe(passBytes !== undefined);
    const counts = Array.from({ length: Math.ceil(examples / trainer.passSize) }, () =>
      Math.min(examples, trainer.passSize),
    );
    const layer = convolutions(rest).find(({ inputs, kernel }) => inputs[0] === 'mixed6' && kernel.join() === '1,1')!;
    const kernel = folded.weights.get(`${layer.name}/kernel`)!.data;
    const { filters, inChannels } = layer;
    const expected = [`${layer.name}/mean`, `${layer.name}/variance`].map((name) =>
      Float32Array.from(norms.weights.get(name)!.data),
    ) as [Float32Array, Float32Array];
    const passes = passesOf(counts);
    for (const { features } of passes) {
      for (let o = 0; o < filters; o++) {
        const given = Array.from({ length: features.length / inChannels }, (_, row) => {
          let sum = 0;
          for (let c = 0; c < inChannels; c++) sum += features[row * inChannels + c]! * kernel[c * filters + o]!;
          return sum;
        });
        const mean = given.reduce((sum, value) => sum + value, 0) / given.length;
        const variance = given.reduce((sum, value) => sum + (value - mean) ** 2, 0) / given.length;
        for (const [i, value] of [mean, variance].entries()) {
          expected[i]![o] = STATISTICS_MOMENTUM * expected[i]![o]! + (1 - STATISTICS_MOMENTUM) * value;
        }
      }
    }
    const before = await trainer.predict(passes[0]!.features, counts[0]!);
    await takeStep(trainer, passes, 0.001);
    const { weights } = trainer.state();
    expect(relativeError(weights.get(`${layer.name}/mean`)!.data, expected[0])).toBeLessThan(1e-4);
    expect(relativeError(weights.get(`${layer.name}/variance`)!.data, expected[1])).toBeLessThan(1e-4);
    expect(await trainer.predict(passes[0]!.features, counts[0]!)).not.toEqual(before);
  });

  it.each([
    ['in one pass', undefined],
    ['in several', TWO_AT_ONCE],
  ])('takes the plain step, decay included, times the rate of each layer: %s', async (_, passBytes) => {
    const rates = layerRates(layers, 0.7);
    const weightDecay = 0.5;
    const changesOf = async (spec: Partial<TrainerSpec>): Promise<Map<string, Float32Array>> => {
      const trainer = await newTrainer(spec, passBytes);
      const { weights: before } = trainer.state();
      await takeStep(trainer, passesOf(passBytes ? [2, 2, 2] : [BATCH]));
      const { weights } = trainer.state();
      return new Map(Array.from(before, ([name, { data }]) => [name, differences(weights, name, data)]));
    };
    const [plain, slower] = [await changesOf({ weightDecay }), await changesOf({ weightDecay, rates })];
    for (const [name, change] of plain) {
      const expected = change.map((value) => value * rates.get(name)!);
      expect(relativeError(slower.get(name)!, expected), name).toBeLessThan(1e-3);
    }
  });
});
