import { beforeAll, describe, expect, it } from 'vitest';
import type { ClassifierSpec, TrainerSpec } from '../../src/engines/engine.js';
import { classifierModel } from '../../src/engines/onnx/classifier-model.js';
import { OnnxEngine } from '../../src/engines/onnx/onnx-engine.js';
import { matchBackbone } from '../../src/network/backbone-weights.js';
import { divideAt } from '../../src/network/cut.js';
import { foldLayers } from '../../src/network/folded-weights.js';
import { head } from '../../src/network/head.js';
import { imageShapes, type Shape } from '../../src/network/layers.js';
import type { FirstTrainedLayer } from '../../src/network/networks.js';
import type { Weights } from '../../src/network/tensor.js';
import { randomStream, uniform } from '../../src/random.js';
import { initialWeights } from '../../src/training/initial-weights.js';
import { narrowLite } from '../support/narrow-backbone.js';

const engine = new OnnxEngine(1);
const COUNT = 4;
const CLASSES = 3;
const layers = head(160, { classes: CLASSES, hidden: 16, dropout: 0 });
const headWeights = initialWeights(layers, 1);

function pixelsOf(side: number): Uint8Array {
  const random = randomStream(1, 'pixels');
  return Uint8Array.from({ length: COUNT * side * side * 3 }, () => Math.floor(uniform(random) * 256));
}

// Maps of both forms of depthwise convolutions: 24 x 24 lines, and 3 x 3 as a whole.
describe.each<[FirstTrainedLayer, number]>([
  ['block0', 96],
  ['block10', 96],
  ['top_conv', 32],
])('EfficientNet-Lite0 trained after %s at %i pixels', (firstTrainedLayer, side) => {
  let backbone: Weights;
  let spec: TrainerSpec;
  let features: Float32Array;
  const size = { input: side, image: side };
  const classifier = (): ClassifierSpec => ({ backbone, head: layers, headWeights, size });

  beforeAll(async () => {
    backbone = narrowLite();
    const network = matchBackbone(backbone);
    const { rest } = divideAt(network.layers, firstTrainedLayer);
    const { weights, factors } = foldLayers(rest, backbone);
    const frozen = await engine.frozen({ backbone, size, firstTrainedLayer, type: 'float32' });
    features = Float32Array.from(await frozen.run(pixelsOf(side), COUNT));
    await frozen.dispose();
    spec = {
      layers: [...rest, ...layers],
      input: {
        name: firstTrainedLayer,
        shape: imageShapes(network.layers, side).get(firstTrainedLayer) as Shape,
        type: 'float32',
      },
      batchSize: COUNT,
      weightDecay: 0,
      rates: new Map(),
      mixes: false,
      folded: factors,
      start: {
        step: 0,
        weights: new Map([...weights, ...headWeights]),
        firstMoments: new Map(),
        secondMoments: new Map(),
      },
    };
  });

  it('begins with the answers of the whole network, and learns', async () => {
    const whole = await engine.classifier(classifier());
    const expected = await whole.run(pixelsOf(side), COUNT);
    await whole.dispose();
    const trainer = await engine.trainer(spec);
    const before = await trainer.predict(features, COUNT);
    for (const [i, value] of expected.entries()) expect(before[i]).toBeCloseTo(value, 5);

    const targets = Float32Array.from({ length: COUNT * CLASSES }, (_, i) => Number(i % CLASSES === 0));
    const batch = { features, targets, count: COUNT, masks: new Map() };
    const steps = Array.from({ length: 12 }, () => ({ passes: [batch], count: COUNT, learningRate: 0.003 }));
    const losses = (await trainer.take(steps)).map(({ loss }) => loss);
    await trainer.dispose();
    expect(losses.at(-1)).toBeLessThan(losses[0]! / 2);
  });
});

it('explains a class by the places of the last maps of EfficientNet-Lite0', async () => {
  const backbone = narrowLite();
  const size = { input: 96, image: 96 };
  const spec = { backbone, head: layers, headWeights, size };
  const network = await engine.load(classifierModel(spec), size);
  const { maps } = await network.runWithFeatures(pixelsOf(96).subarray(0, 96 * 96 * 3), 1, true);
  await network.dispose();
  expect(maps).toHaveLength(160 * 3 * 3); // top_conv
  const explainer = await engine.gradCam(spec);
  for (let label = 0; label < CLASSES; label++) {
    const evidence = await explainer.explain(maps!, label);
    expect(evidence).toHaveLength(9);
    for (const [i, value] of evidenceByDifferences(maps!, label).entries()) expect(evidence[i]).toBeCloseTo(value, 5);
  }
  await explainer.dispose();
});

/** Grad-CAM's definition in float64, with the gradient by finite differences of the head after global average pooling. */
function evidenceByDifferences(maps: Float32Array, label: number): number[] {
  const places = 9;
  const channels = maps.length / places;
  const values = (name: string): Float32Array => headWeights.get(name)!.data as Float32Array;
  const logit = (pooled: Float64Array): number => {
    const hidden = Array.from({ length: 16 }, (_, u) =>
      Math.max(
        0,
        pooled.reduce((sum, x, c) => sum + x * values('dense/kernel')[c * 16 + u]!, values('dense/bias')[u]!),
      ),
    );
    return hidden.reduce((sum, h, u) => sum + h * values('predictions/kernel')[u * CLASSES + label]!, 0);
  };
  const pooled = Float64Array.from({ length: channels }, (_, c) =>
    maps.subarray(c * places, (c + 1) * places).reduce((sum, value) => sum + value / places, 0),
  );
  const slopes = Array.from(pooled, (_, c) => {
    const moved = (by: number): number => logit(pooled.map((value, i) => (i === c ? value + by : value)));
    return (moved(1e-6) - moved(-1e-6)) / 2e-6 / places;
  });
  return Array.from({ length: places }, (_, place) =>
    Math.max(
      0,
      slopes.reduce((sum, slope, c) => sum + slope * maps[c * places + place]!, 0),
    ),
  );
}
