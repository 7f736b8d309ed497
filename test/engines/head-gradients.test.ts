import * as ort from 'onnxruntime-node';
import { expect, it } from 'vitest';
import { writeLayers } from '../../src/engines/onnx/forward.js';
import { GraphBuilder } from '../../src/engines/onnx/graph.js';
import { createSession } from '../../src/engines/onnx/session.js';
import { plan } from '../../src/engines/onnx/training/plan.js';
import { gradCamGraph } from '../../src/engines/onnx/training/training-graph.js';
import { headVariables } from '../../src/network/head.js';
import { HeadBuilder, type HeadLayer } from '../../src/network/head-builder.js';
import { ACTIVATIONS, inferShapes, withoutSoftmax } from '../../src/network/layers.js';
import { elements, f32, type Weights } from '../../src/network/tensor.js';
import { randomStream, uniform } from '../../src/random.js';

const CHANNELS = 6;
const CLASSES = 3;
const SHAPE = { height: 2, width: 2, channels: CHANNELS };
const PLACES = SHAPE.height * SHAPE.width;
const MAP = 'map';

const answer: HeadLayer = { kind: 'dense', inFeatures: CHANNELS, units: CLASSES, activation: 'softmax' };
const average: HeadLayer = { kind: 'globalAveragePool' };

it.each<[string, HeadLayer[]]>([
  ...ACTIVATIONS.map((activation): [string, HeadLayer[]] => [
    activation,
    [average, { kind: 'activation', activation, alpha: 0.3 }, answer],
  ]),
  ...ACTIVATIONS.filter((activation) => activation !== 'leakyRelu').map((activation): [string, HeadLayer[]] => [
    `a dense layer with ${activation}`,
    [average, { ...answer, units: CHANNELS, activation }, answer],
  ]),
  ['a maximum', [{ kind: 'globalMaxPool' }, answer]],
  ['flattened maps', [{ kind: 'flatten' }, { ...answer, inFeatures: PLACES * CHANNELS }]],
  [
    'normalized maps',
    [{ kind: 'norm', channels: CHANNELS, epsilon: 1e-3 }, { kind: 'activation', activation: 'tanh' }, average, answer],
  ],
  [
    'a softmax of its own',
    [average, { ...answer, activation: 'linear' }, { kind: 'activation', activation: 'softmax' }],
  ],
])('the gradient through %s is the slope of the logit', async (_name, layers) => {
  const head = new HeadBuilder({ name: MAP, shape: SHAPE });
  for (const layer of layers) head.add(layer);
  const random = randomStream(5, 'gradients');
  const weights: Weights = new Map(
    headVariables(head.layers).map(([name, shape]) => {
      const low = name.endsWith('variance') ? 0.5 : -1;
      return [
        name,
        f32(
          shape,
          new Float32Array(elements(shape)).map(() => low + (1 - low) * uniform(random)),
        ),
      ];
    }),
  );
  const values = Float32Array.from({ length: CHANNELS }, () => 3 * uniform(random) - 1.5);

  // Every place has the same values, so evidence is the mean over places of the slope along the values.
  const steps = plan(head.layers, MAP, SHAPE, { fixed: weights });
  const input = { name: MAP, shape: SHAPE, type: 'float32' } as const;
  const session = await createSession(gradCamGraph({ steps, input, classes: CLASSES, mixes: false }, weights), {
    threads: 1,
  });
  const logits = await logitsOf(head, weights);
  const [above, below] = [await logits(values, 1 + STEP), await logits(values, 1 - STEP)];
  for (let label = 0; label < CLASSES; label++) {
    const { places } = await session.run({
      features: new ort.Tensor(
        'float32',
        Float32Array.from({ length: PLACES * CHANNELS }, (_, i) => values[i % CHANNELS]!),
        [1, PLACES * CHANNELS],
      ),
      targets: new ort.Tensor(
        'float32',
        Float32Array.from({ length: CLASSES }, (_, c) => Number(c === label)),
        [1, CLASSES],
      ),
    });
    const slope = (above[label]! - below[label]!) / (2 * STEP) / PLACES;
    for (const evidence of places!.data as Float32Array) expect(evidence).toBeCloseTo(Math.max(0, slope), 3);
  }
  await session.release();
});

/** Step of the difference quotient. */
const STEP = 2 ** -7;

/** The logits of maps with the same values at every place, times a factor. */
async function logitsOf({ layers }: HeadBuilder, weights: Weights) {
  const graph = new GraphBuilder();
  const map = graph.input(MAP, 'float32', [1, CHANNELS, SHAPE.height, SHAPE.width]);
  const linear = withoutSoftmax(layers);
  const shapes = inferShapes(linear, SHAPE, MAP);
  const written = writeLayers(graph, linear, weights, new Map([[MAP, map]]), shapes);
  graph.output(graph.node('Identity', [written.get(linear.at(-1)!.name) as string]), 'logits', 'float32', [1, CLASSES]);
  const session = await createSession(graph.encode(), { threads: 1 });
  return async (values: Float32Array, factor: number): Promise<Float32Array> => {
    const data = Float32Array.from({ length: PLACES * CHANNELS }, (_, i) => factor * values[Math.floor(i / PLACES)]!);
    const { logits } = await session.run({
      [MAP]: new ort.Tensor('float32', data, [1, CHANNELS, SHAPE.height, SHAPE.width]),
    });
    return logits!.data as Float32Array;
  };
}
