import { afterEach, describe, expect, it } from 'vitest';
import type { Batch, Step, Trainer, TrainerSpec, TrainerState } from '../../src/engines/engine.js';
import { matchBackbone } from '../../src/network/backbone-weights.js';
import { divideAt } from '../../src/network/cut.js';
import { foldLayers } from '../../src/network/folded-weights.js';
import { head } from '../../src/network/head.js';
import { HeadBuilder } from '../../src/network/head-builder.js';
import { ACTIVATIONS, type Activation, imageShapes, type Layer, POOLED, type Shape } from '../../src/network/layers.js';
import type { FirstTrainedLayer } from '../../src/network/networks.js';
import type { Weights } from '../../src/network/tensor.js';
import { randomStream, uniform } from '../../src/random.js';
import { initialWeights } from '../../src/training/initial-weights.js';
import { type OpenEngine, TESTED_ENGINES, type TestedEngine } from '../support/engines.js';
import { narrowBackbone, narrowLite } from '../support/narrow-backbone.js';
import { relativeError } from '../support/reference.js';

const CLASSES = 3;
const BATCH = 6;
const STEPS = 4;
const SIZE = { input: 32, image: 75 };

const random = randomStream(1, 'pictures');
const pixels = new Uint8Array(BATCH * SIZE.input ** 2 * 3).map(() => 256 * uniform(random));

const trainers: Trainer[] = [];
afterEach(async () => {
  for (const trainer of trainers.splice(0)) await trainer.dispose();
});

/** A narrow network, trained after a layer. */
function training(backbone: Weights, firstTrainedLayer: FirstTrainedLayer) {
  const network = matchBackbone(backbone);
  const { rest } = divideAt(network.layers, firstTrainedLayer);
  const folded = foldLayers(rest, backbone);
  const shapes = imageShapes(network.layers, SIZE.image);
  const { channels } = shapes.get(POOLED) as Shape;
  const layers = [...rest, ...head(channels, { classes: CLASSES, hidden: 16, dropout: 0.3 })];
  const start: TrainerState = {
    step: 0,
    weights: new Map([...folded.weights, ...initialWeights(layers, 1)]),
    firstMoments: new Map(),
    secondMoments: new Map(),
  };
  return {
    backbone,
    layers,
    channels,
    async newTrainer(open: OpenEngine, changes: Partial<TrainerSpec> = {}): Promise<Trainer> {
      const trainer = await open.trainer({
        layers,
        input: { name: firstTrainedLayer, shape: shapes.get(firstTrainedLayer) as Shape, type: 'float16' },
        batchSize: BATCH,
        weightDecay: 0.01,
        rates: new Map(),
        mixes: false,
        start,
        folded: folded.factors,
        ...changes,
      });
      trainers.push(trainer);
      return trainer;
    },
    /** The activations of the pictures, of which the trained part learns. */
    async featuresOf({ engine }: OpenEngine): Promise<Uint16Array> {
      const network = await engine.frozen({ backbone, size: SIZE, firstTrainedLayer, type: 'float16' });
      const features = (await network.run(pixels, BATCH)) as Uint16Array;
      await network.dispose();
      return features;
    },
  };
}

const NETWORKS = {
  InceptionV3: { ...training(narrowBackbone(), 'mixed6'), units: 4, share: 0.05 },
  // Its blocks end in sums, whose terms cancel: of a small sum more places differ.
  'EfficientNet-Lite0': { ...training(narrowLite(), 'block10'), units: 64, share: 0.1 },
};

function stepsOf(features: Uint16Array, count: number): Step[] {
  const targets = new Float32Array(BATCH * CLASSES).map((_, i) =>
    i % CLASSES === Math.floor(i / CLASSES) % 3 ? 1 : 0,
  );
  const batch: Batch = { features, targets, count: BATCH, masks: new Map() };
  return Array.from({ length: count }, () => ({ passes: [batch], count: BATCH, learningRate: 1e-3 }));
}

const [onnx, ...others] = TESTED_ENGINES as [TestedEngine, ...TestedEngine[]];

/** A head as an import may have it: an activation of the pooled features, and the answer. */
function headWith(activation: Activation, channels: number): readonly Layer[] {
  const builder = new HeadBuilder({ name: POOLED, shape: { height: 1, width: 1, channels } });
  builder.add({ kind: 'activation', activation, alpha: 0.3 });
  builder.add({ kind: 'dense', inFeatures: channels, units: CLASSES, activation: 'softmax' });
  return builder.layers;
}

const cases = others.flatMap((other) =>
  Object.entries(NETWORKS).map(([network, training]) => ({ ...other, network, training })),
);

// A file without a test would fail.
if (cases.length === 0) it.skip('onnx and tensorflow, where `npm run engine:tensorflow` has put it');

describe.each(cases)('onnx and $name, with $network', ({ open, training }) => {
  const { backbone, layers, channels, newTrainer, featuresOf, units, share } = training;

  it('read the same 16-bit features of pictures, to the last bit of most', async () => {
    const expected = await featuresOf(await onnx.open());
    const actual = await featuresOf(await open());
    const apart = expected.map((bits, i) => Math.abs(bits - actual[i]!));
    expect(Math.max(...apart)).toBeLessThanOrEqual(units); // units in the last of 11 places
    expect(apart.filter((unit) => unit > 0).length / apart.length).toBeLessThan(share);
  });

  it('take the same steps, and each goes on from a state of the other', async () => {
    const engines = [await onnx.open(), await open()] as const;
    const features = await featuresOf(engines[0]);
    const halfway = await Promise.all(
      engines.map(async (engine) => {
        const trainer = await newTrainer(engine);
        await trainer.take(stepsOf(features, STEPS));
        return trainer.state();
      }),
    );
    const undisturbed = await await newTrainer(engines[0]);
    await undisturbed.take(stepsOf(features, 2 * STEPS));
    const expected = undisturbed.state();
    for (const [i, engine] of engines.entries()) {
      const moved = await newTrainer(engine, { start: halfway[1 - i]! });
      await moved.take(stepsOf(features, STEPS));
      const actual = moved.state();
      expect(actual.step).toBe(expected.step);
      for (const slot of ['weights', 'firstMoments', 'secondMoments'] as const) {
        expect([...actual[slot].keys()].sort()).toEqual([...expected[slot].keys()].sort());
        for (const [name, { data }] of expected[slot]) {
          expect(relativeError(actual[slot].get(name)!.data, data), `${slot} of ${name}`).toBeLessThan(1e-3);
        }
      }
      const [given, wanted] = await Promise.all([moved, undisturbed].map((one) => one.predict(features, BATCH)));
      expect(relativeError(given!, wanted!)).toBeLessThan(1e-3);
    }
  });

  it('classify pictures with the same probabilities', async () => {
    const headWeights = initialWeights(layers, 1);
    const spec = { backbone, head: layers.slice(-3), headWeights, size: SIZE };
    const answers = [];
    for (const engine of [onnx, { open }]) {
      const network = await (await engine.open()).engine.classifier(spec);
      expect(network.outFeatures).toBe(CLASSES);
      answers.push(await network.run(pixels, BATCH));
      await network.dispose();
    }
    expect(relativeError(answers[1]!, answers[0]!)).toBeLessThan(1e-4);
  });

  it.each(ACTIVATIONS)('compute a head with %s alike', async (activation) => {
    const layersOfHead = headWith(activation, channels);
    const spec = { backbone, head: layersOfHead, headWeights: initialWeights(layersOfHead, 1), size: SIZE };
    const [expected, actual] = await Promise.all(
      [onnx, { open }].map(async (engine) => {
        const network = await (await engine.open()).engine.classifier(spec);
        const probabilities = await network.run(pixels, BATCH);
        await network.dispose();
        return probabilities;
      }),
    );
    expect(relativeError(actual!, expected!)).toBeLessThan(1e-4);
  });

  it('do not share memory with the state that they were given or give', async () => {
    const engine = await open();
    const features = await featuresOf(engine);
    const trainer = await newTrainer(engine);
    const before = trainer.state();
    const bias = before.weights.get('predictions/bias')!.data;
    const copy = bias.slice();
    await trainer.take(stepsOf(features, 1));
    expect(bias).toEqual(copy);
    bias.fill(0);
    expect((await newTrainer(engine, { start: before })).state().weights.get('predictions/bias')!.data).toEqual(bias);
    expect(trainer.state().weights.get('predictions/bias')!.data).not.toEqual(bias);
  });

  it('the latter holds no tensor after a step, and no session once it is disposed of', async () => {
    const engine = await open();
    const held = engine.held!;
    const features = await featuresOf(engine);
    const atFirst = held();
    const trainer = await newTrainer(engine, { mixes: true });
    expect(held()).toEqual({ ...atFirst, sessions: atFirst.sessions + 1 });
    const mix = { own: 0.6, partners: Int32Array.of(1, 0, 3, 2, 5, 4) };
    for (const step of stepsOf(features, 3)) {
      const [batch] = step.passes as [Batch];
      const mask = new Float32Array(BATCH * 16).fill(1);
      await trainer.take([{ ...step, passes: [{ ...batch, mix, masks: new Map([['dropout', mask]]) }] }]);
      await trainer.predict(features, BATCH);
      trainer.state();
      expect(held().tensors).toBe(atFirst.tensors);
    }
    await trainer.dispose();
    trainers.pop();
    expect(held()).toEqual(atFirst);
  });
});
