// Median time of a fine-tuning step with a bundled backbone, as one line of JSON: {stepSeconds, imagesPerSecond, engine}.
import { divideAt } from '../../out/network/cut.js';
import { foldLayers } from '../../out/network/folded-weights.js';
import { head } from '../../out/network/head.js';
import { imageShapes } from '../../out/network/layers.js';
import { fineTuneFrom } from '../../out/network/networks.js';
import { initialWeights } from '../../out/training/initial-weights.js';
import { median } from './check.mjs';
import { timedEngine } from './timed-engine.mjs';

const CLASSES = 10;
const LEARNING_RATE = 1e-5;
/** Calls before the clock starts. */
const WARM_UP = 1;

const { size, batch, seconds, engine, weights: backbone, network } = await timedEngine();

const firstTrainedLayer = fineTuneFrom(network, 'late');
const { rest } = divideAt(network.layers, firstTrainedLayer);
const shapes = imageShapes(network.layers, size);
const headLayers = head(shapes.get('avg_pool').channels, { classes: CLASSES, hidden: 500, dropout: 0.3 });
const folded = foldLayers(rest, backbone);
const shape = shapes.get(firstTrainedLayer);
const values = shape.height * shape.width * shape.channels;
const trainer = await engine.trainer({
  layers: [...rest, ...headLayers],
  input: { name: firstTrainedLayer, shape, type: 'float32' },
  batchSize: batch,
  folded: folded.factors,
  weightDecay: 0,
  rates: new Map(),
  mixes: false,
  start: {
    step: 0,
    weights: new Map([...folded.weights, ...initialWeights(headLayers, 1)]),
    firstMoments: new Map(),
    secondMoments: new Map(),
  },
});

const features = new Float32Array(batch * values).map(() => Math.max(0, Math.random() - 0.5));
const targets = new Float32Array(batch * CLASSES);
for (let row = 0; row < batch; row++) targets[row * CLASSES + (row % CLASSES)] = 1;

function* passes() {
  for (let from = 0; from < batch; from += trainer.passSize) {
    const to = Math.min(batch, from + trainer.passSize);
    yield {
      features: features.subarray(from * values, to * values),
      targets: targets.subarray(from * CLASSES, to * CLASSES),
      count: to - from,
      masks: new Map(),
    };
  }
}

const times = [];
let spent = 0;
for (let call = 0; spent < seconds; call++) {
  const steps = Array.from({ length: trainer.stepsPerCall }, () => ({
    passes: passes(),
    count: batch,
    learningRate: LEARNING_RATE,
  }));
  const began = performance.now();
  await trainer.take(steps);
  if (call < WARM_UP) continue;
  times.push((performance.now() - began) / 1000 / steps.length);
  spent += times.at(-1) * steps.length;
}
const stepSeconds = median(times);
process.stdout.write(`${JSON.stringify({ stepSeconds, imagesPerSecond: batch / stepSeconds, engine: engine.info })}\n`);
